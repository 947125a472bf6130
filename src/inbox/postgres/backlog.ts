import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Inbox, LaneBacklog } from '../inbox.ts'

/** Asked for every metric and health check: one look into the index for each lane, however much waits. */
export function readingBacklog(database: PostgresDatabase): Inbox['backlog'] {
  return async () =>
    database.query<LaneBacklog>(`
      SELECT site, waiting, (
        -- First in line. A clock that was set back may have stamped a later one earlier; nobody waits longer for it.
        SELECT received_at FROM notification
        WHERE notification.state = 'waiting' AND notification.site = lane.site
        ORDER BY id LIMIT 1
      ) AS "oldestReceivedAt"
      FROM (
        SELECT site, sum(delta)::bigint AS waiting FROM notification_count WHERE state = 'waiting' GROUP BY site
      ) lane
      WHERE waiting > 0 ORDER BY site
    `)
}

export function readingNextDue(database: PostgresDatabase): Inbox['nextDue'] {
  return async function nextDue(site) {
    const [row] = await database.query<{ readonly dueAt: number }>(
      // Not min(): that walks through the whole lane when the planner believes it to be short.
      `SELECT due_at + 0 AS "dueAt" FROM notification WHERE state = 'waiting' AND site = $1 AND due_at > 0
       ORDER BY due_at + 0 LIMIT 1`,
      [site],
    )
    return row?.dueAt ?? null
  }
}

export function readingDeadCount(database: PostgresDatabase): Inbox['deadCount'] {
  return async function deadCount() {
    const [row] = await database.query<{ readonly dead: number | null }>(
      `SELECT sum(delta)::bigint AS dead FROM notification_count WHERE state = 'dead'`,
    )
    return row?.dead ?? 0
  }
}
