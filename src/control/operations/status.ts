import { z } from 'zod'
import { type AlarmKind, factsOf } from '../../alarms/kinds.ts'
import type { SiteMode } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import type { LaneStanding } from '../laneStanding.ts'
import { operation } from '../operation.ts'

/** Why a site's notifications wait, as far as that was a person's decision. */
function modeOf({ settings }: OperationContext, site: string): SiteMode | 'removed' | 'no site' {
  return site === '' ? 'no site' : (settings.site(site)?.mode ?? 'removed')
}

/** Looked back, and counted at most: the list itself has the rest. */
const unclaimedWithinMs = 7 * 86_400_000
const mostUnclaimed = 100

/** Mail events of the last week that are kept for no site, at most {@link mostUnclaimed}: most likely a site's settings. */
async function unclaimedOf({ ledger, inbox, clock }: OperationContext): Promise<{ count: number; more: boolean }> {
  const since = clock.now() - unclaimedWithinMs
  const found = await ledger.search({ site: '', since, limit: mostUnclaimed + 1 })
  const more = found.length > mostUnclaimed
  let count = 0
  for (const { notificationIds } of found) if (!(await isHandedOver(inbox, notificationIds))) count++
  // One less where there are more: of those beyond nobody knows.
  return { count: more ? Math.max(0, count - 1) : count, more: more && count > 0 }
}

/** Whether a site has claimed it since: what the ledger has of it for no site is history then. */
async function isHandedOver(inbox: OperationContext['inbox'], ids: readonly number[]): Promise<boolean> {
  for (const id of ids) if (((await inbox.read(id))?.site ?? '') !== '') return true
  return false
}

/** A site that is at fault, or does not bear what its settings allow. */
function isHeldUp({ fault, bounces, reads }: LaneStanding): boolean {
  return fault !== null || bounces.because !== null || reads.because !== null
}

/** Active alarms of one kind: of hundreds of sites behind one server, say. */
export interface AlarmSummary {
  readonly kind: AlarmKind
  readonly title: string
  /** Of the oldest, epoch ms. */
  readonly since: number
  /** Of the oldest: what was said last. */
  readonly detail: string
  /** Oldest first. */
  readonly subjects: readonly string[]
}

async function activeAlarms({ alarms }: OperationContext): Promise<readonly AlarmSummary[]> {
  const active = (await alarms.list()).filter(({ state }) => state === 'active')
  const kinds = Map.groupBy(
    active.toSorted((one, other) => one.since - other.since),
    ({ kind }) => kind,
  )
  return [...kinds].flatMap(([kind, [oldest, ...more]]) => {
    if (oldest === undefined) return []
    const { since, detail } = oldest
    const subjects = [oldest, ...more].map(({ subject }) => subject)
    return [{ kind, title: factsOf(kind).title, since, detail, subjects }]
  })
}

export const statusOperations = {
  status: operation({
    input: z.strictObject({}),
    writes: false,
    run: async (context) => ({
      at: context.clock.now(),
      running: context.refusals !== null,
      health: (await context.health?.()) ?? null,
      alarms: await activeAlarms(context),
      deadLetters: await context.inbox.deadCount(),
      backlog: (await context.inbox.backlog()).map((lane) => ({ ...lane, mode: modeOf(context, lane.site) })),
      lanes: (context.lanes?.() ?? []).filter(isHeldUp),
      queues: context.queues.standings?.() ?? null,
      effects: await context.ledger.counts(),
      unclaimed: await unclaimedOf(context),
      refusals: context.refusals?.() ?? null,
    }),
  }),
}
