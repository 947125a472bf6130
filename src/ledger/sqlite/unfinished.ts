import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Ledger, UnfinishedReport } from '../ledger.ts'

export function readingUnfinished(database: SqliteDatabase): Ledger['unfinished'] {
  const unfinished = database.prepare<UnfinishedReport>(`
    SELECT DISTINCT notification_id AS notificationId, recipient
    FROM sighting INDEXED BY sighting_notification
    JOIN effect INDEXED BY effect_event ON effect.event_id = sighting.event_id
    JOIN mail_event ON mail_event.id = sighting.event_id
    WHERE notification_id IN (SELECT value FROM json_each(?)) AND effect.site = ?
      AND effect.state IN ('planned', 'calling')
  `)
  return async (notificationIds, site) => database.read(() => unfinished.all(JSON.stringify(notificationIds), site))
}
