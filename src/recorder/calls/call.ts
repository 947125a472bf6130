import { CrmError } from '../../civicrm/crm.ts'
import { laneLease } from '../../leases/leases.ts'
import type { Permit } from '../site/siteGate.ts'
import type { SiteSession } from '../site/siteSession.ts'
import type { EventWork, Trouble } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { type EffectTask, settleTasks } from './effectTask.ts'
import { elsewhereTrouble, unknownTrouble } from './siteFault.ts'

/** One request that writes, with the tasks whose intent is stored under its id. */
export interface Call<Task extends EffectTask> {
  readonly callId: string
  /** From then on (epoch ms) it can no longer be running at the site, whatever became of it. */
  readonly conclusiveAt: number
  /** The same in elapsed time. */
  readonly endsAt: number
  readonly tasks: readonly Task[]
  /** With which it goes through the site's gate. */
  readonly permit: Permit
}

/**
 * Stores the intent to call. Only what the ledger lets begin may be called; the rest waits.
 *
 * @returns the call; or a fault where storing took so long that a look at `conclusiveAt` could come before
 *   the end of a call made now: then nothing may be called, and the intent is taken back
 */
export async function beginCall<Task extends EffectTask>(
  context: BatchContext,
  session: SiteSession,
  wanted: readonly Task[],
): Promise<Call<Task> | CrmError> {
  // First of all, since it may take a while.
  const permit = await session.calls.permit()
  try {
    const call = await storeIntent(context, session, { wanted, permit })
    if (call instanceof CrmError || call.tasks.length === 0) permit.leave()
    return call
  } catch (error: unknown) {
    permit.leave()
    throw error
  }
}

async function storeIntent<Task extends EffectTask>(
  context: BatchContext,
  session: SiteSession,
  { wanted, permit }: { readonly wanted: readonly Task[]; readonly permit: Permit },
): Promise<Call<Task> | CrmError> {
  const { parts, holds } = context
  const held = wanted.filter(({ work }) => work.sightings.some(({ notification }) => holds(notification.id)))
  const callId = context.nextCallId()
  const at = parts.clock.now()
  const since = parts.timers.elapsed()
  const conclusiveAt = at + session.longestCallMs
  const ids = held.map(({ stored }) => stored.id)
  const fence = { lease: laneLease(context.siteId), owner: parts.leases.owner }
  const begun = new Set(ids.length === 0 ? [] : await parts.ledger.begin(ids, { callId, at, conclusiveAt, fence }))
  await parts.seam('begun')
  for (const { work, stored } of wanted) if (!begun.has(stored.id)) work.meet(elsewhereTrouble(parts))
  const endsAt = since + session.longestCallMs
  const call = { callId, conclusiveAt, endsAt, permit, tasks: held.filter(({ stored }) => begun.has(stored.id)) }
  // A machine that slept knows it by the clock alone, and one whose clock was set by its own time alone.
  const lateMs = Math.max(Math.abs(parts.clock.now() - at), parts.timers.elapsed() - since)
  if (session.longestCallMs > 0 && lateMs > parts.limits.lateStartMs) {
    const late = new CrmError('unreachable', 'the gateway itself was too slow to call', {
      unknown: false,
      passes: true,
    })
    await loseCall(context, call, late)
    return late
  }
  return call
}

/** The call as a whole failed: what was surely not done may be done again, what may have been waits for the look. */
export async function loseCall(context: BatchContext, call: Call<EffectTask>, fault: CrmError): Promise<void> {
  const { callId, conclusiveAt, endsAt, tasks } = call
  if (!fault.unknown) {
    const at = context.parts.clock.now()
    const answer = fault.message
    await settleTasks(
      context,
      tasks.map((task) => ({ task, outcome: { effectId: task.stored.id, callId, state: 'planned', at, answer } })),
    )
    return
  }
  context.state.openCalls.keep(callId, endsAt)
  if (tasks.length > 1) context.state.suspects.failedTogether(tasks.map(({ work }) => work.id))
  for (const { work } of tasks) {
    const trouble = unknownTrouble(conclusiveAt, fault.message)
    if (tasks.length > 1) work.meet(trouble)
    else failAlone(work, trouble)
  }
}

/** An event failed by itself; whose fault that is, is judged after the batch. */
export function failAlone(work: EventWork, trouble: Trouble): void {
  work.failedAlone = true
  work.meet(trouble)
}
