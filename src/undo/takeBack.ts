import type { Crm } from '../civicrm/crm.ts'
import type { Clock } from '../clock.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { Verdict } from './undoCase.ts'
import type { UndoOutcome, UndoStore } from './undoStore.ts'

export interface TakeBackParts {
  readonly crm: Pick<Crm, 'release' | 'optIn'>
  readonly undos: Pick<UndoStore, 'keep' | 'take' | 'settle'>
  readonly clock: Clock
  /** Keeps at once which rows were taken off hold: whatever fails next, they are no releases of staff. */
  readonly keepReleased: (emailIds: ReadonlySet<number>) => Promise<void>
  /** What follows from it, kept before it is settled: broken off in between, the next undo does it again. */
  readonly remember: (verdicts: readonly Verdict[]) => Promise<void>
}

/** E-mail rows and contacts that were changed. */
export interface TakenBack {
  readonly released: ReadonlySet<number>
  readonly optedIn: ReadonlySet<number>
}

/**
 * Carries verdicts out, as the recorder does it: the intent is stored before the call. A call whose answer is lost
 * leaves its effects `begun`; the next undo sees in the CRM what became of them.
 *
 * @throws CrmError; GatewayError UNDO_UNDER_WAY where another undo has begun since
 */
export async function takeBack(
  undoId: number,
  verdicts: readonly Verdict[],
  { crm, undos, clock, keepReleased, remember }: TakeBackParts,
): Promise<TakenBack> {
  if (!(await undos.keep(undoId, clock.now()))) throw overtaken(undoId)
  const ids = verdicts.filter(({ verdict }) => verdict !== 'nothing').map(({ effectId }) => effectId)
  const taken = new Set(await undos.take(undoId, ids, clock.now()))
  const mine = verdicts.filter(({ effectId }) => taken.has(effectId))
  const wanted = mine.filter(({ verdict }) => verdict === 'undo')
  const rows = [...new Map(wanted.flatMap(({ release }) => release.map((row) => [row.emailId, row] as const))).values()]
  const contacts = [...new Set(wanted.flatMap(({ optIn }) => optIn))]
  const released = new Set(rows.length === 0 ? [] : await crm.release(rows))
  if (released.size > 0) await keepReleased(released)
  const optedIn = new Set(contacts.length === 0 ? [] : await crm.optIn(contacts))
  await remember(mine.filter(({ verdict }) => verdict === 'undo' || verdict === 'done'))
  const at = clock.now()
  await undos.settle(
    undoId,
    mine.map((verdict): UndoOutcome => ({
      effectId: verdict.effectId,
      at,
      ...ended(verdict, { released, optedIn }),
    })),
  )
  return { released, optedIn }
}

export function overtaken(undoId: number): GatewayError {
  return new GatewayError('UNDO_UNDER_WAY', `undo ${undoId} was silent for so long that another one has begun since`)
}

function ended(
  { verdict, why, release, optIn }: Verdict,
  { released, optedIn }: TakenBack,
): Pick<UndoOutcome, 'state' | 'answer'> {
  if (verdict === 'done') return { state: 'done', answer: why }
  if (verdict !== 'undo') return { state: 'left', answer: why }
  const changed =
    release.filter(({ emailId }) => released.has(emailId)).length + optIn.filter((id) => optedIn.has(id)).length
  return changed === 0
    ? { state: 'left', answer: 'It changed in the moment in which it was to be undone.' }
    : { state: 'done', answer: [`${changed} of ${release.length + optIn.length} taken back.`, why].join(' ').trim() }
}
