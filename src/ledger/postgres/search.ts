import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { SqlValue } from '../../database/postgres/queries.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { EventFilter, Ledger } from '../ledger.ts'
import { type EventRow, eachStored, keyOf, newestOf, referenceOf } from '../rows.ts'
import { effectsOf, entryOf } from './entries.ts'
import { eventColumns } from './rows.ts'
import { unpack } from '../packing/packedJson.ts'

export interface SearchQuery {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/**
 * The search as SQL, newest first, with the recipient as it is stored. Every index is in the order of the list, so a search ends as soon as the page
 * is full; which one leaves least to try the planner knows from its statistics and the values, so it is asked anew
 * each time.
 */
export function searchQuery(filter: EventFilter): SearchQuery {
  const { site, recipient, kind, standing, effectState, since, before, limit } = filter
  const conditions: string[] = []
  const values: SqlValue[] = []
  const where = (condition: (parameter: string) => string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  const byState = effectState !== undefined && recipient === undefined
  const seen = byState ? 'effect.seen_at' : 'first_seen_at'
  where((state) => `effect.state = ${state}`, byState ? effectState : undefined)
  where(
    (state) => `EXISTS (SELECT 1 FROM effect WHERE event_id = mail_event.id AND state = ${state})`,
    byState ? undefined : effectState,
  )
  where((address) => `recipient = ${address}`, recipient)
  where((value) => `standing = ${value}`, standing)
  where((value) => `mail_event.site = ${value}`, site)
  where((value) => `mail_event.kind = ${value}`, kind)
  where((time) => `${seen} >= ${time}`, since)
  where((time) => `${seen} < ${time}`, before)
  // An event with two effects in the state is listed once.
  if (byState) conditions.push(isFirstOfEvent)
  const tables = byState ? 'effect JOIN mail_event ON mail_event.id = effect.event_id' : 'mail_event'
  values.push(limit)
  return {
    sql: `SELECT ${eventColumns} FROM ${tables}
      ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY ${seen} DESC, ${byState ? 'effect.event_id' : 'mail_event.id'} DESC LIMIT $${values.length}`,
    values,
  }
}

const isFirstOfEvent = `NOT EXISTS (
  SELECT 1 FROM effect other
  WHERE other.event_id = effect.event_id AND other.state = effect.state AND other.id < effect.id)`

export function searching(database: PostgresDatabase, pseudonyms: KnownPseudonyms): Ledger['search'] {
  return async function search(filter) {
    const lists = eachStored(filter, pseudonyms).map(async (stored) => {
      const { sql, values } = searchQuery(stored)
      return database.queryAdHoc<EventRow>(sql, values)
    })
    const rows = newestOf(await Promise.all(lists), filter.limit)
    const ids = rows.map(({ eventId }) => eventId)
    const effects = await effectsOf(database, ids)
    const sightings = await sightingsOf(database, ids)
    return rows.map((row) => ({
      ...entryOf(row, effects, { key: keyOf(row), fresh: false }),
      event: unpack('event', row.event, row.eventId),
      reference: referenceOf(row),
      firstSeenAt: row.firstSeenAt,
      notificationIds: sightings.get(row.eventId) ?? [],
    }))
  }
}

async function sightingsOf(
  database: PostgresDatabase,
  eventIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await database.query<{ readonly eventId: number; readonly ids: readonly string[] }>(
    `SELECT event_id AS "eventId", array_agg(notification_id ORDER BY notification_id)::text[] AS ids
     FROM sighting WHERE event_id = ANY ($1::bigint[]) GROUP BY event_id`,
    [eventIds],
  )
  return new Map(rows.map(({ eventId, ids }) => [eventId, ids.map(Number)]))
}
