import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import { idsPerPiece } from '../pieces.ts'
import type { WorkEvents } from './workEvents.ts'

/** No moment comes after it. */
const latest = Number.MAX_SAFE_INTEGER

const unclaimed = `(state <> 'waiting' OR owner IS NULL OR due_at <= ?2)`

/**
 * waiting, recorded or dead in one lane → waiting in another, as if it had just come there. In two steps, for the
 * numbers by lane are kept by triggers on the state.
 */
export function reassigning(database: SqliteDatabase, work: Emitter<WorkEvents>): Inbox['reassign'] {
  const take = database.prepare<{ readonly id: number }>(`
    UPDATE notification SET state = 'recorded', owner = NULL
    WHERE id IN (SELECT value FROM json_each(?1)) AND site = ?3 AND ${unclaimed}
    RETURNING id
  `)
  const give = database.prepare(`
    UPDATE notification
    SET site = ?, state = 'waiting', due_at = 0, attempts = 0, settled_at = NULL, code = NULL, reason = NULL
    WHERE id IN (SELECT value FROM json_each(?))
  `)
  return async function reassign(ids, { from, to, now }) {
    const moved = await database.commit(() => {
      const taken = take.all(JSON.stringify(ids), now, from)
      give.run(to, JSON.stringify(taken.map(({ id }) => id)))
      return taken.length
    })
    if (moved > 0) work.emit('work', to)
    return moved
  }
}

/** waiting → recorded, by a person's word. */
export function dropping(database: SqliteDatabase): Inbox['drop'] {
  const drop = database.prepare(`
    UPDATE notification SET state = 'recorded', owner = NULL, settled_at = ?2, code = ?4, reason = ?5
    WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'waiting' AND site = ?3 AND ${unclaimed}
  `)
  return async function dropWaiting(ids, { site, now, code, reason }) {
    return database.commit(() => drop.run(JSON.stringify(ids), now, site, code, reason).changes)
  }
}

/** What was recorded as it should be has no code. */
export function readingDropped(database: SqliteDatabase): Inbox['dropped'] {
  const newest = database.prepare<{ readonly id: number | null }>('SELECT max(id) AS id FROM notification')
  const some = database.prepare<{ readonly id: number }>(`
    SELECT n.id FROM notification n JOIN notification_message m ON m.id = n.id
    WHERE n.id > ?1 AND n.id <= ?2 AND n.state = 'recorded' AND n.code IS NOT NULL AND (?3 IS NULL OR n.site = ?3)
      AND n.settled_at >= ?4 AND n.settled_at < ?5
    ORDER BY n.id
  `)
  return async function dropped(after, { site, since = 0, before = latest }) {
    return database.read(() => {
      const end = after + idsPerPiece
      const ids = some.all(after, end, site ?? null, since, before).map(({ id }) => id)
      return { ids, next: end < (newest.get()?.id ?? 0) ? end : null }
    })
  }
}

export function readingWaitingIds(database: SqliteDatabase): Inbox['waitingIds'] {
  const waiting = database.prepare<{ readonly id: number }>(`
    SELECT id FROM notification INDEXED BY notification_line
    WHERE state = 'waiting' AND site = ? AND id > ? AND (owner IS NULL OR due_at <= ?)
    ORDER BY id LIMIT ${idsPerPiece}
  `)
  return async (site, { after, now }) => database.read(() => waiting.all(site, after, now)).map(({ id }) => id)
}

export function readingUnclaimedIds(database: SqliteDatabase): Inbox['ofNoSite'] {
  const newest = database.prepare<{ readonly id: number | null }>('SELECT max(id) AS id FROM notification')
  const some = database.prepare<{ readonly id: number }>(`
    SELECT id FROM notification WHERE id > ? AND id <= ? AND site = '' AND state = 'recorded' ORDER BY id
  `)
  return async function ofNoSite(after) {
    return database.read(() => {
      const end = after + idsPerPiece
      const ids = some.all(after, end).map(({ id }) => id)
      return { ids, next: end < (newest.get()?.id ?? 0) ? end : null }
    })
  }
}
