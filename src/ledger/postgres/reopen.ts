import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { isNamelessSql } from '../rows.ts'
import type { Ledger } from '../ledger.ts'

/** watched → planned, for events that these notifications reported. */
export function reopening(database: PostgresDatabase, counts: DeltaCounts): Ledger['reopen'] {
  return async function reopen(notificationIds) {
    const reopened = await database.run(
      `UPDATE effect SET state = 'planned', settled_at = NULL, answer = NULL
       WHERE state = 'watched'
         AND event_id IN (
           SELECT event_id FROM sighting JOIN mail_event ON mail_event.id = event_id
           WHERE notification_id = ANY ($1::bigint[]) AND NOT ${isNamelessSql})`,
      [notificationIds],
    )
    counts.written()
    return reopened
  }
}
