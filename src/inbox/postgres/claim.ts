import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { fenceSql, fenceValues } from '../../leases/postgres/fence.ts'
import type { ClaimedNotification, Inbox } from '../inbox.ts'

const fence = fenceSql('$6', '$7')

/**
 * By state and due time, never by "later than the last id": ids are given out before their transactions end, so
 * a lower one may appear after a higher one was claimed. Rows that another claim has locked are passed over.
 */
const oldestDue = `
  WITH ${fence.table}, due AS MATERIALIZED (
    SELECT id FROM notification
    WHERE state = 'waiting' AND site = $1 AND due_at <= $2 AND ${fence.holds}
    ORDER BY id LIMIT $3
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE notification SET owner = $4, due_at = $5, attempts = attempts + 1
    FROM due WHERE notification.id = due.id
    RETURNING notification.id, site, received_at, attempts
  )
  SELECT id, site, addressed, message_id AS "messageId", topic_arn AS "topicArn", received_at AS "receivedAt",
    published_at AS "publishedAt", raw, attempts
  FROM claimed JOIN notification_message USING (id)
  ORDER BY id`

/**
 * waiting → claimed: the oldest of the lane that are due, which those with a lease that ran out are too.
 * The attempt is counted here, before anything is done, so that a notification which kills the process
 * is known by its count.
 */
export function claiming(database: PostgresDatabase): Inbox['claim'] {
  return async function claim({ owner, site, limit, now, leaseUntil, fence: held }) {
    return database.query<ClaimedNotification>(oldestDue, [site, now, limit, owner, leaseUntil, ...fenceValues(held)])
  }
}
