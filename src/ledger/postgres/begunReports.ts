import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Ledger } from '../ledger.ts'

export function readingBegunReports(database: PostgresDatabase): Ledger['begunReports'] {
  return async function begunReports(notificationIds, site) {
    const rows = await database.query<{ readonly id: number }>(
      `SELECT DISTINCT notification_id AS id FROM sighting JOIN effect USING (event_id)
       WHERE notification_id = ANY ($1::bigint[]) AND effect.site = $2
         AND effect.state IN ('calling', 'done', 'uncertain')`,
      [notificationIds, site],
    )
    return new Set(rows.map(({ id }) => id))
  }
}
