import { z } from 'zod'
import { dropped, outageRules, released } from '../../civimail/guard/setAside.ts'
import type { Decision } from '../../civimail/decision.ts'
import type { RecordedEvent } from '../../ledger/ledger.ts'
import { eachEvent, setAsideEvents } from '../../ledger/setAside.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { addressDomain, domainKey } from '../../ses/addresses.ts'
import { siteIdSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { refuseUnknownSite } from './unknownWords.ts'

/** Bounces of one receiving domain that wait for a person. */
export interface SetAsideGroup {
  readonly site: string
  readonly domain: string
  readonly bounces: number
  readonly since: number
  readonly until: number
  /** A person decided to record them, and the next batch does. */
  readonly released: number
  /** Why, as it stood at the last one. */
  readonly explanation: string
  /** Bounces of the domain that were recorded in the same time, before the burst was seen. */
  readonly before: { readonly bounces: number; readonly since: number | null }
}

const hour = 3_600_000

/** Written at once; each is a commit of its own. */
const atOnce = 100

const choice = z.strictObject({
  site: siteIdSchema,
  domain: z.string().min(1).max(253),
  dryRun: z.boolean().default(false),
})

export const setAsideOperations = {
  'setAside.list': operation({
    input: z.strictObject({ site: siteIdSchema.optional() }),
    writes: false,
    run: async (context, { site }) => {
      const groups = new Map<string, RecordedEvent[]>()
      for await (const entry of setAsideEvents(context.ledger, { site })) {
        const key = `${entry.key.site} ${addressDomain(entry.event.recipient)}`
        const group = groups.get(key)
        if (group === undefined) groups.set(key, [entry])
        else group.push(entry)
      }
      if (groups.size === 0) refuseUnknownSite(context, site)
      return Promise.all([...groups.values()].map(async (entries) => groupOf(context, entries)))
    },
  }),

  /** Records what was set aside: as the policy decides, in the next batch. */
  'setAside.record': operation({
    input: choice,
    writes: true,
    run: async (context, { dryRun, ...of }) => {
      const entries = await waiting(context, of)
      if (dryRun) return { dryRun, bounces: entries.length, replayed: 0 }
      // The decision first: broken off in between, it is listed as released and can be recorded again.
      await decide(context, entries, released)
      const ids = [...new Set(entries.flatMap(({ notificationIds }) => notificationIds.slice(0, 1)))]
      const replayed = await context.inbox.revive(ids, context.clock.now())
      return { dryRun, bounces: entries.length, replayed }
    },
  }),

  /** Lets it be: none of them ever counts. */
  'setAside.drop': operation({
    input: choice,
    writes: true,
    run: async (context, { dryRun, ...of }) => {
      const entries = await waiting(context, of)
      if (!dryRun) await decide(context, entries, dropped)
      return { dryRun, bounces: entries.length }
    },
  }),
}

/** @throws GatewayError SITE_UNKNOWN, NOTHING_FOUND: a mistyped name would read as done */
async function waiting(
  context: OperationContext,
  { site, domain }: { readonly site: string; readonly domain: string },
): Promise<readonly RecordedEvent[]> {
  const { ledger } = context
  const entries: RecordedEvent[] = []
  // Gathered first: deciding takes them out of the list that is being read.
  for await (const entry of setAsideEvents(ledger, { site, domain: domainKey(domain) })) entries.push(entry)
  if (entries.length === 0) {
    refuseUnknownSite(context, site)
    throw new GatewayError('NOTHING_FOUND', `no bounce of ${domain} is set aside for the site "${site}"`, {
      hint: 'See what is: civicrm-ses set-aside list.',
    })
  }
  return entries.toReversed()
}

async function decide(
  { ledger, clock }: OperationContext,
  entries: readonly RecordedEvent[],
  decisionOf: (before: Decision) => Decision,
): Promise<void> {
  for (let start = 0; start < entries.length; start += atOnce)
    await Promise.all(
      entries
        .slice(start, start + atOnce)
        .map(async ({ eventId, decision }) => ledger.redecide(eventId, decisionOf(decision), clock.now())),
    )
}

/** @param entries newest first, at least one */
async function groupOf(context: OperationContext, entries: readonly RecordedEvent[]): Promise<SetAsideGroup> {
  const times = entries.map(({ firstSeenAt }) => firstSeenAt)
  const site = entries[0]?.key.site ?? ''
  const domain = addressDomain(entries[0]?.event.recipient ?? '')
  const since = times.reduce((earliest, time) => Math.min(earliest, time), Infinity)
  const until = times.reduce((latest, time) => Math.max(latest, time), 0)
  return {
    site,
    domain,
    bounces: entries.length,
    since,
    until,
    released: entries.filter(({ decision }) => decision.rule === outageRules.released).length,
    explanation: entries[0]?.decision.explanation ?? '',
    before: await recordedBefore(context, { site, domain, since, until }),
  }
}

async function recordedBefore(
  { ledger, settings }: OperationContext,
  { site, domain, since, until }: Pick<SetAsideGroup, 'site' | 'domain' | 'since' | 'until'>,
): Promise<SetAsideGroup['before']> {
  const windowMs = (settings.site(site)?.outageGuard.windowMinutes ?? 60) * 60_000
  let bounces = 0
  let earliest: number | null = null
  const filter = { site, kind: 'bounce', since: since - Math.max(windowMs, hour), before: until + 1 }
  for await (const { event, effects, firstSeenAt } of eachEvent(ledger, filter)) {
    if (addressDomain(event.recipient) !== domain || event.bounce?.type.toLowerCase() !== 'permanent') continue
    if (!effects.some(({ effect, state }) => effect.effect !== 'alarm' && (state === 'done' || state === 'uncertain')))
      continue
    bounces += 1
    earliest = firstSeenAt
  }
  return { bounces, since: earliest }
}
