import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Ledger } from '../ledger.ts'

/** watched → planned, for events that these notifications reported. */
export function reopening(database: SqliteDatabase): Ledger['reopen'] {
  const reopened = database.prepare(`
    UPDATE effect INDEXED BY effect_event SET state = 'planned', settled_at = NULL, answer = NULL
    WHERE state = 'watched' AND event_id IN (
      SELECT event_id FROM sighting INDEXED BY sighting_notification
      WHERE notification_id IN (SELECT value FROM json_each(?)))
  `)
  return async function reopen(notificationIds) {
    return database.commit(() => reopened.run(JSON.stringify(notificationIds)).changes)
  }
}
