import { CrmError } from '../../civicrm/crm.ts'
import type { SiteCalls } from '../site/siteCalls.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { readableMarker } from './bounceText.ts'
import { type EffectTask, settleTasks, type TaskOutcome } from './effectTask.ts'
import { siteTrouble, unknownTrouble } from './siteFault.ts'

/**
 * Resolves effects whose call began earlier and whose answer nobody knows: the process ended, the answer
 * was lost, or it says nothing.
 * ```
 *            hold, opt-out ───────────────────────────────────────> planned (done again, it changes nothing)
 *  calling ──┤
 *            bounce ── before `conclusiveAt` ─────────────────────> waits: the call may still be running
 *                 └─── later ── cannot read back ─────────────────> uncertain
 *                           └── looks for the marker ── found ────> done
 *                                                   └── absent ───> planned
 *  uncertain, met again (replayed), with a credential that can look: likewise
 * ```
 * A look before `conclusiveAt` proves nothing: CiviCRM was seen to write a row seconds after the client had
 * given up (a locked row delayed it).
 *
 * @returns the site's fault if it could not be asked
 */
export async function lookAfterUnknown(context: BatchContext, works: readonly EventWork[]): Promise<CrmError | null> {
  const open = works.flatMap((work) => unknownOf(work))
  if (open.length === 0 || context.session === null) return null
  const { clock, timers } = context.parts
  const { openCalls } = context.state
  const now = clock.now()
  const outcomes: TaskOutcome[] = []
  const bounces: EffectTask[] = []
  for (const task of open) {
    const msLeft = openCalls.msLeft(task.stored, { now, elapsed: timers.elapsed() })
    if (task.effect.effect !== 'bounce') outcomes.push(again(task, now))
    else if (msLeft === 0) bounces.push(task)
    else task.work.meet(unknownTrouble(now + msLeft, 'its call went unanswered and may still be running'))
  }
  try {
    if (bounces.length > 0) outcomes.push(...(await look(context.session.calls, bounces, { at: now, words })))
    // What is known by now is no longer suspected, and what is to be called again still is.
    for (const { task, outcome } of outcomes) {
      openCalls.forget(outcome.callId)
      if (outcome.state !== 'planned') context.state.suspects.forget(task.work.id)
    }
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    for (const { work } of bounces) work.meet(siteTrouble(error))
    return error
  } finally {
    await settleTasks(context, outcomes)
  }
  return null
}

/** What the ledger shows of a look. */
export interface LookWords {
  readonly found: string
  readonly absent: string
  readonly cannotLook: string
}

const words: LookWords = {
  found: 'found in CiviCRM after its call went unanswered',
  absent: 'not found in CiviCRM after its call went unanswered',
  cannotLook:
    "the call went unanswered, and without 'administer CiviCRM' the gateway cannot look whether it was carried out",
}

/**
 * Looks whether bounces stand in CiviCRM. Asks what the credential can do anew: the role may have been changed since.
 * @throws CrmError
 */
export async function look(
  calls: SiteCalls,
  tasks: readonly EffectTask[],
  { at, words: { found: foundWords, absent, cannotLook } }: { readonly at: number; readonly words: LookWords },
): Promise<readonly TaskOutcome[]> {
  const { readBack } = await calls.capabilities()
  if (!readBack)
    return tasks
      .filter(({ stored }) => stored.state === 'calling')
      .map((task) => outcomeOf(task, 'uncertain', { at, answer: cannotLook }))
  const looks = tasks.flatMap(({ stored }) =>
    stored.effect.effect === 'bounce'
      ? [{ queueId: stored.effect.reference.queueId, marker: readableMarker(stored.marker) }]
      : [],
  )
  const found = await calls.findRecorded(looks)
  return tasks.map((task) =>
    found.has(readableMarker(task.stored.marker))
      ? outcomeOf(task, 'done', { at, answer: foundWords })
      : outcomeOf(task, 'planned', { at, answer: absent }),
  )
}

function again(task: EffectTask, at: number): TaskOutcome {
  return outcomeOf(task, 'planned', { at, answer: 'its call went unanswered; made again, it changes nothing twice' })
}

function outcomeOf(
  task: EffectTask,
  state: 'done' | 'planned' | 'uncertain',
  { at, answer }: { readonly at: number; readonly answer: string },
): TaskOutcome {
  const { id, callId } = task.stored
  return { task, outcome: { effectId: id, callId: callId ?? '', state, at, answer } }
}

function unknownOf(work: EventWork): readonly EffectTask[] {
  return work.effects
    .filter(({ state }) => state === 'calling' || state === 'uncertain')
    .map((stored) => ({ work, stored, effect: stored.effect }))
}
