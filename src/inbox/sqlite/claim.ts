import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { ClaimedNotification, Inbox } from '../inbox.ts'

/**
 * waiting → claimed: the oldest of the lane that are due, which those with a lease that ran out are too.
 * The attempt is counted here, before anything is done, so that a notification which kills the process
 * is known by its count.
 */
export function claiming(database: SqliteDatabase): Inbox['claim'] {
  const oldestDue = database.prepare<ClaimedNotification>(`
    SELECT n.id, n.site, m.addressed, m.message_id AS messageId, m.topic_arn AS topicArn,
           n.received_at AS receivedAt, m.published_at AS publishedAt, m.raw, n.attempts + 1 AS attempts
    FROM notification n INDEXED BY notification_line
    JOIN notification_message m ON m.id = n.id
    WHERE n.state = 'waiting' AND n.site = ? AND n.due_at <= ?
    ORDER BY n.id
    LIMIT ?
  `)
  const lease = database.prepare('UPDATE notification SET owner = ?, due_at = ?, attempts = attempts + 1 WHERE id = ?')

  return async function claim({ owner, site, limit, now, leaseUntil }) {
    return database.commit(() => {
      const found = oldestDue.all(site, now, limit)
      for (const { id } of found) lease.run(owner, leaseUntil, id)
      return found
    })
  }
}
