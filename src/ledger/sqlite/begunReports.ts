import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Ledger } from '../ledger.ts'

export function readingBegunReports(database: SqliteDatabase): Ledger['begunReports'] {
  const begun = database.prepare<{ readonly id: number }>(`
    SELECT DISTINCT notification_id AS id FROM sighting INDEXED BY sighting_notification
    JOIN effect INDEXED BY effect_event ON effect.event_id = sighting.event_id
    WHERE notification_id IN (SELECT value FROM json_each(?)) AND effect.site = ?
      AND effect.state IN ('calling', 'done', 'uncertain')
  `)
  return async (notificationIds, site) =>
    new Set(database.read(() => begun.all(JSON.stringify(notificationIds), site)).map(({ id }) => id))
}
