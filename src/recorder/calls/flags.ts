import { CrmError } from '../../civicrm/crm.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { BatchContext } from '../state/laneState.ts'
import { beginCall, type Call, failAlone } from './call.ts'
import { type FlagTask, settleTasks, worksOf } from './effectTask.ts'
import { isolate, type Tried } from './isolate.ts'
import { failedTrouble, isCausedByOne, meetSiteFault, postponedTrouble } from './siteFault.ts'

/**
 * Sets flags in the CRM: holds or opt-outs, all of a kind in one request. They change nothing twice, so an
 * unknown answer is no question: it is done again.
 *
 * @returns the site's fault if there was one
 */
export async function setFlags(
  context: BatchContext,
  session: SiteSession,
  tasks: readonly FlagTask[],
): Promise<CrmError | null> {
  if (context.stopping()) {
    for (const { work } of tasks) work.meet(postponedTrouble)
    return null
  }
  const { culprits, siteFault, left, unclear } = await isolate<FlagTask, CrmError>(tasks, async (some) =>
    oneCall(context, session, some),
  )
  for (const { item, fault } of culprits) failAlone(item.work, failedTrouble(fault.message))
  if (siteFault !== null) meetSiteFault(worksOf(left), { siteFault, unclear: worksOf(unclear) })
  return siteFault
}

async function oneCall(
  context: BatchContext,
  session: SiteSession,
  wanted: readonly FlagTask[],
): Promise<Tried<CrmError>> {
  const { parts, state } = context
  const call = await beginCall(context, session, wanted)
  if (call instanceof CrmError) return { passed: false, divisible: false, fault: call }
  const { callId, tasks } = call
  const settle = async (outcome: 'done' | 'planned', answer: (task: FlagTask) => string): Promise<void> => {
    const at = parts.clock.now()
    await settleTasks(
      context,
      tasks.map((task) => ({
        task,
        outcome: { effectId: task.stored.id, callId, state: outcome, at, answer: answer(task) },
      })),
    )
  }
  try {
    const answer = ask(session, call)
    answer.catch(() => undefined)
    await parts.seam('called')
    const changed = new Set(await answer)
    await parts.seam('answered')
    await settle('done', (task) => changedText(task, changed))
    for (const { work } of tasks) state.suspects.passed(work.id)
    return { passed: true }
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    await settle('planned', () => error.message)
    return { passed: false, fault: error, divisible: isCausedByOne(error) }
  } finally {
    call.permit.leave()
  }
}

function changedText(task: FlagTask, changed: ReadonlySet<number>): string {
  const ids = idsOf(task)
  return `${ids.filter((id) => changed.has(id)).length} of ${ids.length} changed; the others were so already, or are in the bin`
}

async function ask({ calls }: SiteSession, { tasks, permit }: Call<FlagTask>): Promise<readonly number[]> {
  const ids = [...new Set(tasks.flatMap((task) => idsOf(task)))]
  if (ids.length === 0) return []
  return tasks[0]?.effect.effect === 'hold' ? calls.hold(ids, permit) : calls.optOut(ids, permit)
}

function idsOf({ effect }: FlagTask): readonly number[] {
  return effect.effect === 'hold' ? effect.emailIds : effect.contactIds
}
