import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Ledger } from '../ledger.ts'

/**
 * watched → planned, for events that these notifications reported. Sought among the watched effects, which
 * are few: the sightings have no index by notification.
 */
export function reopening(database: SqliteDatabase): Ledger['reopen'] {
  const reopened = database.prepare(`
    UPDATE effect SET state = 'planned', settled_at = NULL, answer = NULL
    WHERE state = 'watched' AND EXISTS (
      SELECT 1 FROM sighting
      WHERE event_id = effect.event_id AND notification_id IN (SELECT value FROM json_each(?)))
  `)
  return async function reopen(notificationIds) {
    return database.commit(() => reopened.run(JSON.stringify(notificationIds)).changes)
  }
}
