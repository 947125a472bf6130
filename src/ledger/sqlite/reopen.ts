import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { isNamelessSql } from '../rows.ts'
import type { Ledger } from '../ledger.ts'

/** watched → planned, for events that these notifications reported. */
export function reopening(database: SqliteDatabase): Ledger['reopen'] {
  const reopened = database.prepare(`
    UPDATE effect INDEXED BY effect_event SET state = 'planned', settled_at = NULL, answer = NULL
    WHERE state = 'watched' AND event_id IN (
      SELECT event_id FROM sighting INDEXED BY sighting_notification
      JOIN mail_event ON mail_event.id = event_id
      WHERE notification_id IN (SELECT value FROM json_each(?)) AND NOT ${isNamelessSql})
  `)
  return async function reopen(notificationIds) {
    return database.commit(() => reopened.run(JSON.stringify(notificationIds)).changes)
  }
}
