import type { PostgresDatabase } from '../../database/postgres/database.ts'
import {
  fits,
  type History,
  type HistoryFilter,
  type HistoryRow,
  inTime,
  type PastEvent,
  type Piece,
  rowsPerPiece,
} from '../history.ts'
import { factsOf, keyOf, type PastRow, referenceOf } from '../rows.ts'
import { effectsOf } from './entries.ts'
import { eventColumns } from './rows.ts'
import { type Packed, unpack } from '../packing/packedJson.ts'

const rowColumns = 'id, first_seen_at AS at, recipient, site, kind, standing, rule'

const byTime = (condition: string): string => `
  SELECT ${rowColumns} FROM mail_event
  WHERE ${condition} (first_seen_at, id) > ($1::bigint, $2::bigint) AND first_seen_at < $3
  ORDER BY first_seen_at, id LIMIT ${rowsPerPiece}`
const ofAll = byTime('')
const ofStanding = byTime('standing = $4 AND')

const byRecipient = `
  SELECT ${rowColumns} FROM mail_event
  WHERE (recipient, first_seen_at, id) > ($1::text COLLATE "C", $2::bigint, $3::bigint)
  ORDER BY recipient, first_seen_at, id LIMIT ${rowsPerPiece}`

/** One recipient after the other, each by the index. */
const newestOf = `
  SELECT found.id FROM unnest($1::text[]) AS asked (recipient) CROSS JOIN LATERAL (
    SELECT id FROM mail_event
    WHERE mail_event.recipient = asked.recipient COLLATE "C" AND site = $2 AND standing = $3
    ORDER BY first_seen_at DESC, id DESC LIMIT $4
  ) AS found`

const events = `
  SELECT ${eventColumns}, facts FROM mail_event LEFT JOIN event_facts ON event_facts.event_id = mail_event.id
  WHERE mail_event.id = ANY ($1::bigint[])`

/** A piece takes two steps: short columns in the order of an index, then everything of those that fit. */
export function postgresHistory(database: PostgresDatabase): History {
  async function pieceOf(rows: readonly HistoryRow[], filter: HistoryFilter): Promise<Piece<HistoryRow>> {
    const last = rows.at(-1)
    const ids = rows.filter((row) => fits(row, filter)).map(({ id }) => id)
    return {
      events: ids.length === 0 ? [] : await read(ids),
      next: last === undefined || rows.length < rowsPerPiece ? null : last,
    }
  }

  async function read(ids: readonly number[]): Promise<readonly PastEvent[]> {
    const found = await database.query<PastRow>(events, [ids])
    const effects = await effectsOf(database, ids)
    const rows = new Map(found.map((row) => [row.eventId, row]))
    return ids.flatMap((id): readonly PastEvent[] => {
      const row = rows.get(id)
      if (row === undefined) return []
      return [
        {
          eventId: id,
          key: keyOf(row),
          firstSeenAt: row.firstSeenAt,
          event: unpack('event', row.event, row.eventId),
          reference: referenceOf(row),
          decision: unpack('decision', row.decision, row.eventId),
          effects: effects.get(id) ?? [],
          facts: factsOf(row),
        },
      ]
    })
  }

  return {
    byTime: async (filter, after) => {
      const { standing, since = 0, before = Number.MAX_SAFE_INTEGER } = filter
      const [at, id] = after === null ? [since, -1] : [after.at, after.id]
      const rows =
        standing === undefined
          ? await database.query<HistoryRow>(ofAll, [at, id, before])
          : await database.query<HistoryRow>(ofStanding, [at, id, before, standing])
      return pieceOf(rows, filter)
    },
    byRecipient: async (filter, after) =>
      pieceOf(
        await database.query<HistoryRow>(byRecipient, [after?.recipient ?? '', after?.at ?? 0, after?.id ?? -1]),
        filter,
      ),
    ofRecipients: async (site, recipients, { standing, most }) => {
      const ids = await database.query<{ readonly id: number }>(newestOf, [recipients, site, standing, most])
      return ids.length === 0 ? [] : (await read(ids.map(({ id }) => id))).toSorted(inTime)
    },
    facts: async (eventIds) => {
      const rows = await database.query<{ readonly eventId: number; readonly facts: Packed<'facts'> }>(
        'SELECT event_id AS "eventId", facts FROM event_facts WHERE event_id = ANY ($1::bigint[])',
        [eventIds],
      )
      return new Map(rows.map(({ eventId, facts }) => [eventId, unpack('facts', facts, eventId)]))
    },
  }
}
