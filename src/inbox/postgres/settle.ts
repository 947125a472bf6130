import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Inbox, NotificationEnd } from '../inbox.ts'

/** Guarded by the owner, after the lock: an ex-owner that waited for the new one changes nothing. */
const writeEnds = `
  WITH ends AS (
    SELECT * FROM unnest(
      $1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::integer[]
    ) AS t (id, state, settled_at, due_at, code, reason, given_back)
  ), held AS (
    SELECT id FROM notification WHERE id = ANY ($1::bigint[]) AND owner = $8 AND state = 'waiting'
    ORDER BY id FOR UPDATE
  )
  UPDATE notification
  SET state = ends.state, owner = NULL, settled_at = ends.settled_at, due_at = coalesce(ends.due_at, notification.due_at),
    code = ends.code, reason = ends.reason, attempts = attempts - ends.given_back
  FROM held JOIN ends USING (id)
  WHERE notification.id = held.id
  RETURNING notification.id`

/** claimed → recorded, dead or waiting. */
export function settling(database: PostgresDatabase, counts: DeltaCounts): Inbox['settle'] {
  return async function settle(owner, ends) {
    // Of two ends of one claim the first is written, and the second finds that it is held no longer.
    const first = [...new Map(ends.toReversed().map((end) => [end.id, end])).values()]
    const rows = await database.query<{ readonly id: number }>(writeEnds, [
      first.map(({ id }) => id),
      first.map(({ end }) => (end === 'deferred' ? 'waiting' : end)),
      first.map((end) => (end.end === 'deferred' ? null : end.at)),
      first.map((end) => (end.end === 'deferred' ? end.nextAttemptAt : null)),
      first.map((end) => (end.end === 'recorded' ? null : end.code)),
      first.map((end) => (end.end === 'recorded' ? null : end.reason)),
      first.map((end) => (end.end === 'deferred' && !end.countAttempt ? 1 : 0)),
      owner,
    ])
    counts.written()
    return lostOf(ends, new Set(rows.map(({ id }) => id)))
  }
}

function lostOf(ends: readonly NotificationEnd[], written: Set<number>): readonly number[] {
  return ends.filter(({ id }) => !written.delete(id)).map(({ id }) => id)
}
