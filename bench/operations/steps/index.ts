import type { Step } from '../step.ts'
import { backupAndRestore } from './backup.ts'
import { forgetPerson } from './forget.ts'
import { moveToFolder, moveToPostgres } from './move.ts'
import { policyDiff } from './policyDiff.ts'
import { replay } from './replay.ts'
import { retention } from './retention.ts'
import { undoNewer, undoOlder } from './undo.ts'

/** In the order in which they are run unless another is asked for; what removes most comes last. */
export const steps = {
  'policy-diff': policyDiff,
  replay,
  'undo-newer': undoNewer,
  forget: forgetPerson,
  backup: backupAndRestore,
  'to-postgres': moveToPostgres,
  'undo-older': undoOlder,
  'to-folder': moveToFolder,
  retention,
} as const satisfies Readonly<Record<string, Step>>

export type StepName = keyof typeof steps
