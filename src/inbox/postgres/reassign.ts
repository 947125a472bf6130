import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { sorted } from '../../database/postgres/lockOrder.ts'
import type { Inbox } from '../inbox.ts'
import { idsPerPiece } from '../pieces.ts'
import type { WorkNews } from './workNews.ts'

/** No moment comes after it. */
const latest = Number.MAX_SAFE_INTEGER

const unclaimed = `(state <> 'waiting' OR owner IS NULL OR due_at <= $2)`

/** waiting, recorded or dead in one lane → waiting in another, as if it had just come there. */
export function reassigning(database: PostgresDatabase, news: WorkNews, counts: DeltaCounts): Inbox['reassign'] {
  return async function reassign(ids, { from, to, now }) {
    const moved = await database.run(
      `UPDATE notification
       SET site = $4, state = 'waiting', owner = NULL, due_at = 0, attempts = 0, settled_at = NULL, code = NULL,
         reason = NULL
       WHERE id = ANY ($1::bigint[]) AND site = $3 AND ${unclaimed}`,
      [sorted(ids), now, from, to],
    )
    counts.written()
    if (moved > 0) news.tell([to])
    return moved
  }
}

/** waiting → recorded, by a person's word. */
export function dropping(database: PostgresDatabase, counts: DeltaCounts): Inbox['drop'] {
  return async function dropWaiting(ids, { site, now, code, reason }) {
    const dropped = await database.run(
      `UPDATE notification SET state = 'recorded', owner = NULL, settled_at = $2, code = $4, reason = $5
       WHERE id = ANY ($1::bigint[]) AND state = 'waiting' AND site = $3 AND ${unclaimed}`,
      [sorted(ids), now, site, code, reason],
    )
    counts.written()
    return dropped
  }
}

/** What was recorded as it should be has no code. */
export function readingDropped(database: PostgresDatabase): Inbox['dropped'] {
  return async function dropped(after, { site, since = 0, before = latest }) {
    const end = after + idsPerPiece
    const rows = await database.query<{ readonly id: number }>(
      `SELECT n.id FROM notification n JOIN notification_message m ON m.id = n.id
       WHERE n.id > $1 AND n.id <= $2 AND n.state = 'recorded' AND n.code IS NOT NULL
         AND ($3::text IS NULL OR n.site = $3) AND n.settled_at >= $4 AND n.settled_at < $5
       ORDER BY n.id`,
      [after, end, site ?? null, since, before],
    )
    return { ids: rows.map(({ id }) => id), next: await nextPiece(database, end) }
  }
}

async function nextPiece(database: PostgresDatabase, end: number): Promise<number | null> {
  const [newest] = await database.query<{ readonly id: number | null }>('SELECT max(id) AS id FROM notification')
  return end < (newest?.id ?? 0) ? end : null
}

export function readingWaitingIds(database: PostgresDatabase): Inbox['waitingIds'] {
  return async function waitingIds(site, { after, now }) {
    const rows = await database.query<{ readonly id: number }>(
      `SELECT id FROM notification
       WHERE state = 'waiting' AND site = $1 AND id > $2 AND (owner IS NULL OR due_at <= $3)
       ORDER BY id LIMIT ${idsPerPiece}`,
      [site, after, now],
    )
    return rows.map(({ id }) => id)
  }
}

export function readingUnclaimedIds(database: PostgresDatabase): Inbox['ofNoSite'] {
  return async function ofNoSite(after) {
    const end = after + idsPerPiece
    const rows = await database.query<{ readonly id: number }>(
      `SELECT id FROM notification WHERE id > $1 AND id <= $2 AND site = '' AND state = 'recorded' ORDER BY id`,
      [after, end],
    )
    return { ids: rows.map(({ id }) => id), next: await nextPiece(database, end) }
  }
}
