import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { SqlValue } from '../../database/sqlite/statement.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import type { EventFilter, Ledger, RecordedEvent } from '../ledger.ts'
import type { EntryReader } from './entries.ts'
import { type EventRow, eachStored, keyOf, newestOf, referenceOf } from '../rows.ts'
import { eventColumns } from './rows.ts'
import { unpack } from '../packing/packedJson.ts'

export interface SearchQuery {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/**
 * The search as SQL, newest first, with the recipient as it is stored. The index is named, not left to a planner without statistics: the filter
 * that leaves least comes first, the others are tried on what it leaves. Each index is in the order of the
 * list, so a search ends as soon as the page is full.
 */
export function searchQuery(filter: EventFilter): SearchQuery {
  const { site, recipient, kind, standing, effectState, since, before, limit } = filter
  const conditions: string[] = []
  const values: SqlValue[] = []
  const where = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  const byState = effectState !== undefined && recipient === undefined
  const seen = byState ? 'effect.seen_at' : 'first_seen_at'
  where('effect.state = ?', byState ? effectState : undefined)
  where(
    'EXISTS (SELECT 1 FROM effect INDEXED BY effect_event WHERE event_id = mail_event.id AND state = ?)',
    byState ? undefined : effectState,
  )
  where('recipient = ?', recipient)
  where('standing = ?', standing)
  where('mail_event.site = ?', site)
  where('mail_event.kind = ?', kind)
  where(`${seen} >= ?`, since)
  where(`${seen} < ?`, before)
  // An event with two effects in the state is listed once.
  if (byState) conditions.push(isFirstOfEvent)
  const tables = byState
    ? 'effect INDEXED BY effect_state CROSS JOIN mail_event ON mail_event.id = effect.event_id'
    : `mail_event INDEXED BY ${indexFor(filter)}`
  return {
    sql: `SELECT ${eventColumns} FROM ${tables}
      ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY ${seen} DESC, ${byState ? 'effect.event_id' : 'id'} DESC LIMIT ?`,
    values: [...values, limit],
  }
}

const isFirstOfEvent = `NOT EXISTS (
  SELECT 1 FROM effect other INDEXED BY effect_event
  WHERE other.event_id = effect.event_id AND other.state = effect.state AND other.id < effect.id)`

function indexFor({ recipient, standing, site, kind }: EventFilter): string {
  if (recipient !== undefined) return 'mail_event_recipient'
  // These are few; the two great standings leave more to try than a site or a kind does.
  if (standing !== undefined && standing !== 'none' && standing !== 'effective') return 'mail_event_standing'
  if (site !== undefined && kind !== undefined) return 'mail_event_site_kind'
  if (kind !== undefined) return 'mail_event_kind'
  if (site !== undefined) return 'mail_event_site'
  return standing === undefined ? 'mail_event_seen' : 'mail_event_standing'
}

export function searching(
  database: SqliteDatabase,
  reader: EntryReader,
  pseudonyms: KnownPseudonyms,
): Ledger['search'] {
  const sightings = database.prepare<{ readonly id: number }>(
    'SELECT notification_id AS id FROM sighting WHERE event_id = ? ORDER BY notification_id',
  )

  function recorded(row: EventRow): RecordedEvent {
    return {
      ...reader.entry(row, keyOf(row), false),
      event: unpack('event', row.event, row.eventId),
      reference: referenceOf(row),
      firstSeenAt: row.firstSeenAt,
      notificationIds: sightings.all(row.eventId).map(({ id }) => id),
    }
  }

  return async function search(filter) {
    return database.read(() =>
      newestOf(
        eachStored(filter, pseudonyms).map((stored) => {
          const { sql, values } = searchQuery(stored)
          return database.prepare<EventRow>(sql).all(...values)
        }),
        filter.limit,
      ).map(recorded),
    )
  }
}
