import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { identityOf } from '../../database/hash.ts'
import type { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkEvents } from './workEvents.ts'

/** (nothing) → waiting. The unique index makes a repeated delivery a duplicate, also within one group. */
export function accepting(database: SqliteDatabase, work: Emitter<WorkEvents>): Inbox['accept'] {
  const insert = database.prepare(`
    INSERT INTO notification (identity, site, state, due_at, attempts, received_at)
    VALUES (?, ?, 'waiting', 0, 0, ?)
    ON CONFLICT (identity) DO NOTHING
  `)
  const insertMessage = database.prepare(`
    INSERT INTO notification_message
      (id, addressed, message_id, topic_arn, channel, published_at, signature_version, certificate_url, verified_at, raw)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  `)

  return async function accept(notification) {
    const { addressed, messageId, site, topicArn, channel, publishedAt, receivedAt, verdict, raw } = notification
    const identity = identityOf(addressed, messageId)
    const outcome = await database.commit(() => {
      // A duplicate is told after the commit too: the one that it repeats may be in this very group.
      const { changes, lastInsertRowid } = insert.run(identity, site, receivedAt)
      if (changes === 0) return 'duplicate'
      const { signatureVersion, certificateUrl, verifiedAt } = verdict
      insertMessage.run(
        lastInsertRowid,
        addressed,
        messageId,
        topicArn,
        channel,
        publishedAt,
        signatureVersion,
        certificateUrl,
        verifiedAt,
        raw,
      )
      return 'stored'
    })
    if (outcome === 'stored') work.emit('work', site)
    return outcome
  }
}
