import { setImmediate } from 'node:timers/promises'
import { isSetAside } from '../civimail/guard/setAside.ts'
import { addressDomain } from '../ses/addresses.ts'
import type { EventFilter, Ledger, RecordedEvent } from './ledger.ts'

/** Reading may be synchronous: some milliseconds, in which nobody else has his turn. */
const page = 100

/** Everything that fits a filter, newest first, a page at a time: however many there are. */
export async function* eachEvent(
  ledger: Pick<Ledger, 'search'>,
  filter: Omit<EventFilter, 'limit'>,
): AsyncGenerator<RecordedEvent> {
  let before = filter.before
  let seen = new Set<number>()
  for (let limit = page; ;) {
    const found = await ledger.search({ ...filter, before, limit })
    await setImmediate()
    const fresh = found.filter(({ eventId }) => !seen.has(eventId))
    yield* fresh
    const last = found.at(-1)
    if (last === undefined || found.length < limit) return
    // Those of one moment may be cut by a page; the next one begins with them again, and is larger where it must.
    const next = last.firstSeenAt + 1
    limit = next === before ? limit * 2 : page
    before = next
    seen = new Set(found.filter(({ firstSeenAt }) => firstSeenAt === last.firstSeenAt).map(({ eventId }) => eventId))
  }
}

/** Bounces that the provider outage guard set aside and that nobody has decided about, newest first. */
export async function* setAsideEvents(
  ledger: Pick<Ledger, 'search'>,
  { site, domain }: { readonly site?: string | undefined; readonly domain?: string | undefined },
): AsyncGenerator<RecordedEvent> {
  for await (const entry of eachEvent(ledger, { site, standing: 'person' })) {
    if (!isSetAside(entry.decision)) continue
    if (domain === undefined || addressDomain(entry.event.recipient) === domain) yield entry
  }
}
