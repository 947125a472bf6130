import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox } from '../inbox.ts'

/** waiting → waiting, but now: whatever the deferred ones of the lane were to wait for. Claims are left alone. */
export function hastening(database: SqliteDatabase): Inbox['hasten'] {
  const hasten = database.prepare(`
    UPDATE notification INDEXED BY notification_due SET due_at = ?1
    WHERE state = 'waiting' AND site = ?2 AND due_at > 0 AND due_at > ?3 AND owner IS NULL
  `)
  return async function hastenLane(site, now, after = now) {
    return database.commit(() => hasten.run(now, site, after).changes)
  }
}
