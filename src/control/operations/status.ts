import { z } from 'zod'
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
async function unclaimedOf({ ledger, clock }: OperationContext): Promise<{ count: number; more: boolean }> {
  const since = clock.now() - unclaimedWithinMs
  const found = await ledger.search({ site: '', since, limit: mostUnclaimed + 1 })
  return { count: Math.min(found.length, mostUnclaimed), more: found.length > mostUnclaimed }
}

/** A site that is at fault, or does not bear what its settings allow. */
function isHeldUp({ fault, bounces, reads }: LaneStanding): boolean {
  return fault !== null || bounces.because !== null || reads.because !== null
}

export const statusOperations = {
  status: operation({
    input: z.strictObject({}),
    writes: false,
    run: async (context) => ({
      at: context.clock.now(),
      running: context.refusals !== null,
      backlog: (await context.inbox.backlog()).map((lane) => ({ ...lane, mode: modeOf(context, lane.site) })),
      lanes: (context.lanes?.() ?? []).filter(isHeldUp),
      queues: context.queues.standings?.() ?? null,
      effects: await context.ledger.counts(),
      unclaimed: await unclaimedOf(context),
      refusals: context.refusals?.() ?? null,
    }),
  }),
}
