import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Inbox } from '../inbox.ts'

/** waiting → waiting, but now: whatever the deferred ones of the lane were to wait for. Claims are left alone. */
export function hastening(database: PostgresDatabase): Inbox['hasten'] {
  return async function hastenLane(site, now, after = now) {
    return database.run(
      `UPDATE notification SET due_at = $1
       WHERE state = 'waiting' AND site = $2 AND due_at > 0 AND due_at + 0 > $3 AND owner IS NULL`,
      [now, site, after],
    )
  }
}
