import { CrmError } from '../../civicrm/crm.ts'
import { personsWord } from '../../ledger/personsWord.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { beginCall, loseCall } from './call.ts'
import { type BounceTask, settleTasks } from './effectTask.ts'
import { look, type LookWords } from './lookAfterUnknown.ts'
import { siteTrouble } from './siteFault.ts'

/** By how much the clock of SNS, which dates notifications, may be behind ours. */
const clockMarginMs = 300_000

const words: LookWords = {
  found: 'found in CiviCRM: it was recorded after the backup that was restored',
  absent: 'not found in CiviCRM after a backup was restored',
  cannotLook:
    "a backup was restored, and without 'administer CiviCRM' the gateway cannot look whether this was recorded after it was made",
}

export interface LookedUp {
  /** To be carried out. */
  readonly left: readonly BounceTask[]
  readonly siteFault: CrmError | null
}

/**
 * In a store that was restored from a backup the ledger does not know what was carried out between the backup and the
 * loss. A bounce that was reported before the restoring may stand in CiviCRM, though it is planned here: so it is looked
 * for once before it is called. What is newer cannot have been carried out by anybody else.
 */
export async function lookAfterRestore(
  context: BatchContext,
  session: SiteSession,
  tasks: readonly BounceTask[],
): Promise<LookedUp> {
  const { restoredAt, clock } = context.parts
  const doubtful = restoredAt === null ? [] : tasks.filter((task) => isDoubtful(task, restoredAt))
  if (doubtful.length === 0) return { left: tasks, siteFault: null }
  // Under a call of its own, so that nobody else begins them meanwhile.
  const call = await beginCall(context, session, doubtful)
  if (call instanceof CrmError) return { left: [], siteFault: meet(tasks, call) }
  // Nothing is written under it, and what the look asks passes the gate by itself: it would wait for this place.
  call.permit.leave()
  const begun = call.tasks.map((task) => ({
    ...task,
    stored: { ...task.stored, state: 'calling' as const, callId: call.callId },
  }))
  try {
    const outcomes = begun.length === 0 ? [] : await look(session.calls, begun, { at: clock.now(), words })
    await settleTasks(context, outcomes)
    const absent = new Set(
      outcomes.filter(({ outcome }) => outcome.state === 'planned').map(({ task }) => task.stored.id),
    )
    const asked = new Set(doubtful.map(({ stored }) => stored.id))
    return { left: tasks.filter(({ stored }) => !asked.has(stored.id) || absent.has(stored.id)), siteFault: null }
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    // A look does nothing: whatever became of it, they are as they were.
    const { kind, message, passes, retryAfterMs } = error
    const fault = new CrmError(kind, message, { unknown: false, passes, retryAfterMs, cause: error })
    await loseCall(context, call, fault)
    return { left: [], siteFault: meet(tasks, fault) }
  }
}

function isDoubtful({ work, stored }: BounceTask, restoredAt: number): boolean {
  const isSeen = stored.answer === words.absent || stored.answer === personsWord.absent
  return !isSeen && reportedAt(work) <= restoredAt + clockMarginMs
}

/** By SNS's account where there is one, as a message may have waited in a queue. */
function reportedAt({ sightings }: EventWork): number {
  return Math.min(...sightings.map(({ notification: { publishedAt, receivedAt } }) => publishedAt ?? receivedAt))
}

function meet(tasks: readonly BounceTask[], siteFault: CrmError): CrmError {
  for (const { work } of tasks) work.meet(siteTrouble(siteFault))
  return siteFault
}
