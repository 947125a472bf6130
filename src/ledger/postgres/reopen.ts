import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Ledger } from '../ledger.ts'

/** watched → planned, for events that these notifications reported. */
export function reopening(database: PostgresDatabase, counts: DeltaCounts): Ledger['reopen'] {
  return async function reopen(notificationIds) {
    const reopened = await database.run(
      `UPDATE effect SET state = 'planned', settled_at = NULL, answer = NULL
       WHERE state = 'watched'
         AND event_id IN (SELECT event_id FROM sighting WHERE notification_id = ANY ($1::bigint[]))`,
      [notificationIds],
    )
    counts.written()
    return reopened
  }
}
