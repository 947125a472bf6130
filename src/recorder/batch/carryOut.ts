import type { EffectKind } from '../../civimail/decision.ts'
import { CrmError } from '../../civicrm/crm.ts'
import { recordBounces } from '../calls/bounces.ts'
import { type BounceTask, type EffectTask, type FlagTask, settleTasks, tasksOf } from '../calls/effectTask.ts'
import { ReadFacts } from '../calls/facts.ts'
import { setFlags } from '../calls/flags.ts'
import { lookAfterRestore } from '../calls/lookAfterRestore.ts'
import { siteTrouble } from '../calls/siteFault.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import type { AddressCounts } from './addressCounts.ts'
import { decideOne } from './decideBatch.ts'

/**
 * Carries out the planned effects of a batch: bounces first, in the order of their events; then, also for
 * those whose queue row turned out to be gone, alarms, holds and opt-outs.
 *
 * @param siteFault of an earlier step: then nothing is asked of the site any more
 * @returns the site's fault if there is one
 */
export async function carryOut(
  context: BatchContext,
  works: readonly EventWork[],
  { counts, siteFault }: { readonly counts: AddressCounts; readonly siteFault: CrmError | null },
): Promise<CrmError | null> {
  const { session } = context
  if (session === null) return null
  if (session.site.mode === 'watch') {
    await watch(context, works)
    return siteFault
  }
  let fault = siteFault
  let bounces = tasksOf(works, 'bounce')
  if (fault === null) {
    const lookedUp = await lookAfterRestore(context, session, bounces)
    bounces = lookedUp.left
    fault = lookedUp.siteFault
  }
  if (fault === null) {
    const result = await recordBounces(context, session, bounces)
    fault = result.siteFault ?? (await redecideGone(context, session, { gone: result.gone, counts }))
  } else {
    wait(bounces, fault)
  }
  await settleQuiet(context, works)
  for (const kind of ['hold', 'optOut'] as const) {
    const tasks: readonly FlagTask[] = tasksOf(works, kind).filter((task) => !isQuiet(task))
    if (fault === null) fault = await setFlags(context, session, tasks)
    else wait(tasks, fault)
  }
  return fault
}

/** Everything was decided and is shown; nothing is written to the CRM. */
async function watch(context: BatchContext, works: readonly EventWork[]): Promise<void> {
  const at = context.parts.clock.now()
  const tasks = allTasks(works)
  raiseAlarms(context, tasks)
  await settleTasks(
    context,
    tasks.map((task) => ({
      task,
      outcome: { effectId: task.stored.id, callId: null, state: 'watched', at, answer: 'the site is only watched' },
    })),
  )
}

/** What needs no call: alarms, and what was decided to touch nobody (a bounce that is only counted). */
async function settleQuiet(context: BatchContext, works: readonly EventWork[]): Promise<void> {
  const at = context.parts.clock.now()
  const tasks = allTasks(works).filter((task) => isQuiet(task))
  raiseAlarms(context, tasks)
  await settleTasks(
    context,
    tasks.map((task) => ({
      task,
      outcome: {
        effectId: task.stored.id,
        callId: null,
        state: 'done',
        at,
        answer: task.effect.effect === 'alarm' ? 'raised' : 'counted; nothing to change',
      },
    })),
  )
}

function raiseAlarms({ parts, siteId }: BatchContext, tasks: readonly EffectTask[]): void {
  for (const { work, effect } of tasks) {
    if (effect.effect !== 'alarm') continue
    parts.events.emit('alarm', { site: siteId, eventId: work.entry?.eventId ?? 0, about: effect.about })
  }
}

function isQuiet({ effect }: EffectTask): boolean {
  if (effect.effect === 'hold') return effect.emailIds.length === 0
  if (effect.effect === 'optOut') return effect.contactIds.length === 0
  return effect.effect === 'alarm'
}

const kinds = ['bounce', 'alarm', 'hold', 'optOut'] as const satisfies readonly EffectKind[]

function allTasks(works: readonly EventWork[]): readonly EffectTask[] {
  return kinds.flatMap((kind): readonly EffectTask[] => tasksOf(works, kind))
}

function wait(tasks: readonly EffectTask[], fault: CrmError): void {
  for (const { work } of tasks) work.meet(siteTrouble(fault))
}

/**
 * Decides events anew whose queue row CiviCRM no longer has: by the address, with facts read now.
 *
 * @returns the site's fault if they could not be read
 */
async function redecideGone(
  context: BatchContext,
  session: SiteSession,
  { gone, counts }: { readonly gone: readonly BounceTask[]; readonly counts: AddressCounts },
): Promise<CrmError | null> {
  if (gone.length === 0) return null
  const { ledger, clock } = context.parts
  const facts = new ReadFacts()
  try {
    await facts.read(
      gone.map(({ work }) => work),
      session,
    )
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    wait(gone, error)
    return error
  }
  for (const { work } of gone) {
    decideOne(context, work, { facts: { ...facts.of(work), queueRow: 'gone' }, counts })
    if (work.trouble !== null || work.entry === null || work.decision === null) continue
    if (work.decision.effects.some(({ effect }) => effect === 'bounce')) {
      const reason = 'a bounce was decided for a queue row that is gone'
      work.meet({ kind: 'dead', code: 'RECORD_UNREADABLE', reason })
      continue
    }
    work.entry = await ledger.redecide(work.entry.eventId, work.decision, clock.now())
  }
  return null
}
