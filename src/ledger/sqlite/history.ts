import { setImmediate } from 'node:timers/promises'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
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
import { effectOf, type EffectRow, factsOf, keyOf, type PastRow, referenceOf } from '../rows.ts'
import { effectColumns, eventColumns } from './rows.ts'
import { type Packed, unpack } from '../packing/packedJson.ts'

/** Some milliseconds of work. */
const eventsPerTurn = 100

const rowColumns = 'id, first_seen_at AS at, recipient, site, kind, standing, rule'

/** A piece takes two steps: short columns in the order of an index, then everything of those that fit. */
export function sqliteHistory(database: SqliteDatabase): History {
  const byTime = (index: string, condition: string): ReturnType<typeof database.prepare<HistoryRow>> =>
    database.prepare<HistoryRow>(`
      SELECT ${rowColumns} FROM mail_event INDEXED BY ${index}
      WHERE ${condition} (first_seen_at, id) > (?1, ?2) AND first_seen_at < ?3
      ORDER BY first_seen_at, id LIMIT ${rowsPerPiece}
    `)
  const ofAll = byTime('mail_event_seen', '')
  const ofStanding = byTime('mail_event_standing', 'standing = ?4 AND')
  const byRecipient = database.prepare<HistoryRow>(`
    SELECT ${rowColumns} FROM mail_event INDEXED BY mail_event_recipient
    WHERE (recipient, first_seen_at, id) > (?, ?, ?)
    ORDER BY recipient, first_seen_at, id LIMIT ${rowsPerPiece}
  `)
  const newestOf = database.prepare<{ readonly id: number }>(`
    SELECT id FROM mail_event INDEXED BY mail_event_recipient
    WHERE recipient = ? AND site = ? AND standing = ? ORDER BY first_seen_at DESC, id DESC LIMIT ?
  `)
  const events = database.prepare<PastRow>(`
    SELECT ${eventColumns}, facts FROM mail_event LEFT JOIN event_facts ON event_facts.event_id = mail_event.id
    WHERE mail_event.id IN (SELECT value FROM json_each(?))
  `)
  const effects = database.prepare<EffectRow & { readonly eventId: number }>(`
    SELECT event_id AS eventId, ${effectColumns} FROM effect INDEXED BY effect_event
    WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY id
  `)
  const someFacts = database.prepare<{ readonly eventId: number; readonly facts: Packed<'facts'> }>(
    'SELECT event_id AS eventId, facts FROM event_facts WHERE event_id IN (SELECT value FROM json_each(?))',
  )

  async function pieceOf(rows: readonly HistoryRow[], filter: HistoryFilter): Promise<Piece<HistoryRow>> {
    const last = rows.at(-1)
    const ids = rows.filter((row) => fits(row, filter)).map(({ id }) => id)
    return { events: await inTurns(ids), next: last === undefined || rows.length < rowsPerPiece ? null : last }
  }

  /** Reading is synchronous here, and whoever posts a notification waits for it. */
  async function inTurns(ids: readonly number[]): Promise<readonly PastEvent[]> {
    const found: PastEvent[] = []
    for (let start = 0; start < ids.length; start += eventsPerTurn) {
      if (start > 0) await setImmediate()
      const some = ids.slice(start, start + eventsPerTurn)
      found.push(...database.read(() => read(some)))
    }
    return found
  }

  function read(ids: readonly number[]): readonly PastEvent[] {
    const list = JSON.stringify(ids)
    const effectsOf = Map.groupBy(effects.all(list), ({ eventId }) => eventId)
    const rows = new Map(events.all(list).map((row) => [row.eventId, row]))
    return ids.flatMap((id) => {
      const row = rows.get(id)
      return row === undefined ? [] : [pastEvent(row, effectsOf.get(id) ?? [])]
    })
  }

  return {
    byTime: async (filter, after) => {
      const { standing, since = 0, before = Number.MAX_SAFE_INTEGER } = filter
      const [at, id] = after === null ? [since, -1] : [after.at, after.id]
      const rows = database.read(() =>
        standing === undefined ? ofAll.all(at, id, before) : ofStanding.all(at, id, before, standing),
      )
      return pieceOf(rows, filter)
    },
    byRecipient: async (filter, after) => {
      const { recipient, at, id } = after ?? { recipient: '', at: 0, id: -1 }
      return pieceOf(
        database.read(() => byRecipient.all(recipient, at, id)),
        filter,
      )
    },
    ofRecipients: async (site, recipients, { standing, most }) => {
      const ids = database.read(() =>
        recipients.flatMap((recipient) => newestOf.all(recipient, site, standing, most).map(({ id }) => id)),
      )
      return (await inTurns(ids)).toSorted(inTime)
    },
    facts: async (eventIds) =>
      database.read(
        () =>
          new Map(
            someFacts
              .all(JSON.stringify(eventIds))
              .map(({ eventId, facts }) => [eventId, unpack('facts', facts, eventId)]),
          ),
      ),
  }
}

function pastEvent(row: PastRow, effects: readonly (EffectRow & { readonly eventId: number })[]): PastEvent {
  return {
    eventId: row.eventId,
    key: keyOf(row),
    firstSeenAt: row.firstSeenAt,
    event: unpack('event', row.event, row.eventId),
    reference: referenceOf(row),
    decision: unpack('decision', row.decision, row.eventId),
    effects: effects.map(({ eventId: _eventId, ...effect }) => effectOf(effect)),
    facts: factsOf(row),
  }
}
