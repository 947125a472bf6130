import type { Effect, EffectKind } from '../../civimail/decision.ts'
import type { EffectOutcome, LedgerEffect } from '../../ledger/ledger.ts'
import type { EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'

export type EffectOf<Kind extends EffectKind> = Extract<Effect, { readonly effect: Kind }>

/** One effect to carry out. */
export interface EffectTask<Asked extends Effect = Effect> {
  readonly work: EventWork
  readonly stored: LedgerEffect
  readonly effect: Asked
}

export type BounceTask = EffectTask<EffectOf<'bounce'>>
export type FlagTask = EffectTask<EffectOf<'hold' | 'optOut'>>

/** The effects of one kind that are still to be carried out, in the order of their events. */
export function tasksOf<Kind extends EffectKind>(
  works: readonly EventWork[],
  kind: Kind,
): readonly EffectTask<EffectOf<Kind>>[] {
  return works.flatMap((work) =>
    work.effects.flatMap((stored) =>
      stored.state === 'planned' && isOfKind(stored.effect, kind) ? [{ work, stored, effect: stored.effect }] : [],
    ),
  )
}

function isOfKind<Kind extends EffectKind>(effect: Effect, kind: Kind): effect is EffectOf<Kind> {
  return effect.effect === kind
}

export function worksOf(tasks: readonly EffectTask[]): readonly EventWork[] {
  return tasks.map(({ work }) => work)
}

/** How one task came out. */
export interface TaskOutcome {
  readonly task: EffectTask
  readonly outcome: EffectOutcome
}

/** Writes outcomes durably and tells of those that are final. Those that meanwhile belong to another call are void. */
export async function settleTasks(context: BatchContext, outcomes: readonly TaskOutcome[]): Promise<void> {
  if (outcomes.length === 0) return
  const { parts, siteId, persist } = context
  const written = new Set(await persist(async () => parts.ledger.settle(outcomes.map(({ outcome }) => outcome))))
  for (const { task, outcome } of outcomes) {
    const { work, stored } = task
    if (outcome.state === 'planned' || !written.has(outcome.effectId)) continue
    const eventId = work.entry?.eventId ?? 0
    const { effect } = stored
    parts.events.emit('effectSettled', {
      site: siteId,
      eventId,
      effectId: stored.id,
      effect: effect.effect,
      bounceType: 'bounceType' in effect ? effect.bounceType : null,
      state: outcome.state,
    })
    if (outcome.state === 'uncertain') parts.events.emit('uncertain', { site: siteId, eventId, effectId: stored.id })
  }
}
