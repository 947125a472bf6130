import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox, LaneBacklog } from '../inbox.ts'

/** Asked for every metric and health check: one look into the index for each lane, however much waits. */
export function readingBacklog(database: SqliteDatabase): Inbox['backlog'] {
  const lanes = database.prepare<LaneBacklog>(`
    SELECT site, count AS waiting, (
      -- First in line. A clock that was set back may have stamped a later one earlier; nobody waits longer for it.
      SELECT received_at FROM notification
      WHERE notification.state = 'waiting' AND notification.site = lane.site
      ORDER BY id LIMIT 1
    ) AS oldestReceivedAt
    FROM notification_count lane WHERE lane.state = 'waiting' AND count > 0 ORDER BY site
  `)
  return async () => database.read(() => lanes.all())
}

export function readingNextDue(database: SqliteDatabase): Inbox['nextDue'] {
  const earliest = database.prepare<{ readonly dueAt: number | null }>(`
    SELECT min(due_at) AS dueAt FROM notification INDEXED BY notification_due
    WHERE state = 'waiting' AND site = ? AND due_at > 0
  `)
  return async (site) => database.read(() => earliest.get(site)?.dueAt ?? null)
}

export function readingDeadCount(database: SqliteDatabase): Inbox['deadCount'] {
  const dead = database.prepare<{ readonly dead: number | null }>(`
    SELECT sum(count) AS dead FROM notification_count WHERE state = 'dead'
  `)
  return async () => database.read(() => dead.get()?.dead ?? 0)
}
