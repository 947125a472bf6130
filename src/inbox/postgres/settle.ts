import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Inbox, NotificationEnd } from '../inbox.ts'

/**
 * Guarded by the owner: an ex-owner that waited for a lock of the new one finds the row as that one left it, and
 * changes nothing.
 */
const writeEnds = `
  UPDATE notification
  SET state = t.state, owner = NULL, settled_at = t.settled_at, due_at = coalesce(t.due_at, notification.due_at),
    code = t.code, reason = t.reason, attempts = attempts - t.given_back
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::integer[])
    AS t (id, state, settled_at, due_at, code, reason, given_back)
  WHERE notification.id = t.id AND owner = $8
  RETURNING notification.id`

/** claimed → recorded, dead or waiting. */
export function settling(database: PostgresDatabase, counts: DeltaCounts): Inbox['settle'] {
  return async function settle(owner, ends) {
    // Of two ends of one claim the first is written, and the second finds that it is held no longer.
    const first = [...new Map(ends.toReversed().map((end) => [end.id, end])).values()].toSorted((a, b) => a.id - b.id)
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
