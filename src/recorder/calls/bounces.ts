import { type BounceOutcome, CrmError } from '../../civicrm/crm.ts'
import { faster, slower } from '../site/pace.ts'
import { slowerByParts } from './byParts.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { BatchContext } from '../state/laneState.ts'
import { bounceToRecord } from './bounceText.ts'
import { type Call, beginCall, failAlone, loseCall } from './call.ts'
import { type BounceTask, settleTasks, type TaskOutcome, worksOf } from './effectTask.ts'
import { isolate, type Tried } from './isolate.ts'
import {
  failedTrouble,
  isCausedByOne,
  isDivisible,
  isTooMuch,
  meetSiteFault,
  siteTrouble,
  postponedTrouble,
  unknownTrouble,
} from './siteFault.ts'

export interface BouncesResult {
  /** Bounces whose queue row is gone: to be decided again, by the address. */
  readonly gone: readonly BounceTask[]
  readonly siteFault: CrmError | null
}

/**
 * Carries out bounces in calls of as many as the site bears, in order. After a fault of the site no further
 * call leaves; what is left meets its trouble.
 *
 * Within one call the order of a recipient's bounces is that of the events; should one of them fail there,
 * the later ones do not wait for it, as CiviCRM carries out the rest of a multi-call all the same.
 */
export async function recordBounces(
  context: BatchContext,
  session: SiteSession,
  tasks: readonly BounceTask[],
): Promise<BouncesResult> {
  const { state } = context
  const gone: BounceTask[] = []
  let siteFault: CrmError | null = null
  const worthwhile = tasks.filter((task) => !isGivenUp(context, task))
  for (const some of state.suspects.cut(worthwhile, state.writes.size, ({ work }) => work.id)) {
    if (siteFault !== null || context.stopping()) {
      for (const { work } of some) work.meet(siteFault === null ? postponedTrouble : siteTrouble(siteFault))
      continue
    }
    let whole: CrmError | null = null
    const { culprits, left, unclear, ...rest } = await isolate<BounceTask, CrmError>(some, async (piece) => {
      const call = await beginCall(context, session, piece)
      if (call instanceof CrmError) return { passed: false, divisible: false, fault: call }
      const tried: Tried<CrmError> =
        call.tasks.length === 0 ? { passed: true } : await oneCall(context, session, { call, gone })
      // Once for all that were to go together: the halves by which one at fault is found say nothing of the site.
      if (!tried.passed && piece.length === some.length) {
        whole = tried.fault
        if (isTooMuch(whole)) state.writes = slower(state.writes, piece.length, whole.message)
      }
      return tried
    })
    state.writes = slowerByParts(state.writes, some.length, { whole, culprits, siteFault: rest.siteFault })
    for (const { item, fault } of culprits) failAlone(item.work, failedTrouble(fault.message))
    if (rest.siteFault === null) continue
    if (isKnownCulprit(context, some, rest.siteFault)) {
      for (const { work } of some) failAlone(work, failedTrouble(rest.siteFault.message))
      continue
    }
    siteFault = rest.siteFault
    meetSiteFault(worksOf(left), { siteFault, unclear: worksOf(unclear) })
  }
  return { gone, siteFault }
}

/**
 * One whose calls kept going unanswered by its own fault could not be given up while the last of them might
 * still be running. Now it surely is not, and was not carried out.
 */
function isGivenUp({ parts, state }: BatchContext, { work, stored }: BounceTask): boolean {
  const attempts = Math.max(...work.sightings.map(({ notification }) => notification.attempts))
  if (attempts <= parts.limits.maxAttempts || !state.suspects.isCulprit(work.id)) return false
  state.suspects.forget(work.id)
  work.meet({ kind: 'dead', code: 'RECORD_GAVE_UP', reason: stored.answer ?? 'it kept failing' })
  return true
}

/** One that has failed before while others passed, and is alone in its call, does not speak for the site. */
function isKnownCulprit({ state }: BatchContext, some: readonly BounceTask[], fault: CrmError): boolean {
  const [task] = some
  return task !== undefined && some.length === 1 && isCausedByOne(fault) && state.suspects.isCulprit(task.work.id)
}

async function oneCall(
  context: BatchContext,
  session: SiteSession,
  { call, gone }: { readonly call: Call<BounceTask>; readonly gone: BounceTask[] },
): Promise<Tried<CrmError>> {
  const { parts, state } = context
  try {
    const answer = session.calls.recordBounces(
      call.tasks.map((task) => bounceToRecord(task)),
      call.permit,
    )
    // The seam may never come back; an answer that fails meanwhile is nobody's unhandled rejection.
    answer.catch(() => undefined)
    context.meanwhile()
    await parts.seam('called')
    const outcomes = complete(await answer, call)
    await parts.seam('answered')
    gone.push(...(await takeAnswers(context, call, outcomes)))
    if (!outcomes.every(isFailure)) {
      state.writes = faster(state.writes, call.tasks.length, session.largestCall)
      return { passed: true }
    }
    // Each failed with an answer of its own, and none passed: so far it looks like the site (a lost database).
    return { passed: false, divisible: false, fault: faultOfAll(outcomes) }
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    await loseCall(context, call, error)
    return { passed: false, divisible: isDivisible(error), fault: error }
  } finally {
    call.permit.leave()
  }
}

/** A CRM that answers for more or fewer than it was asked says nothing certain about any of them. */
function complete(outcomes: readonly BounceOutcome[], call: Call<BounceTask>): readonly BounceOutcome[] {
  if (outcomes.length === call.tasks.length) return outcomes
  const message = `recordBounces: ${outcomes.length} answers to ${call.tasks.length} bounces`
  throw new CrmError('reply', message, { unknown: true, passes: false })
}

/** Writes what the CRM said of each. @returns those whose queue row is gone */
async function takeAnswers(
  context: BatchContext,
  call: Call<BounceTask>,
  outcomes: readonly BounceOutcome[],
): Promise<readonly BounceTask[]> {
  const { suspects, openCalls } = context.state
  const at = context.parts.clock.now()
  const gone: BounceTask[] = []
  const settled: TaskOutcome[] = []
  for (const [index, task] of call.tasks.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined) continue
    const settle = (state: 'done' | 'refused' | 'planned', answer: string): void => {
      settled.push({ task, outcome: { effectId: task.stored.id, callId: call.callId, state, at, answer } })
    }
    if (outcome.outcome === 'recorded') {
      settle('done', 'recorded')
      suspects.passed(task.work.id)
    } else if (outcome.outcome === 'gone') {
      settle('planned', outcome.message)
      suspects.passed(task.work.id)
      gone.push(task)
    } else if (outcome.unknown) {
      openCalls.keep(call.callId, call.endsAt)
      failAlone(task.work, unknownTrouble(call.conclusiveAt, outcome.message))
    } else if (outcome.retry) {
      settle('planned', outcome.message)
      failAlone(task.work, failedTrouble(outcome.message))
    } else {
      settle('refused', outcome.message)
      suspects.forget(task.work.id)
      task.work.meet({ kind: 'dead', code: 'RECORD_REFUSED', reason: outcome.message })
    }
  }
  await settleTasks(context, settled)
  return gone
}

function isFailure(outcome: BounceOutcome): boolean {
  return outcome.outcome === 'failed' && (outcome.retry || outcome.unknown)
}

function faultOfAll(outcomes: readonly BounceOutcome[]): CrmError {
  const [first] = outcomes
  const message = first?.outcome === 'failed' ? first.message : 'every bounce of the request failed'
  return new CrmError('server', message, { unknown: true, passes: true })
}
