import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Ledger, UnfinishedReport } from '../ledger.ts'

export function readingUnfinished(database: PostgresDatabase): Ledger['unfinished'] {
  return async (notificationIds, site) =>
    database.query<UnfinishedReport>(
      `SELECT DISTINCT notification_id AS "notificationId", recipient
       FROM sighting JOIN effect USING (event_id) JOIN mail_event ON mail_event.id = event_id
       WHERE notification_id = ANY ($1::bigint[]) AND effect.site = $2 AND effect.state IN ('planned', 'calling')`,
      [notificationIds, site],
    )
}
