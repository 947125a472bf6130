import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Inbox, StoredNotification, StoredVerdict } from '../inbox.ts'

type Row = Omit<StoredNotification, 'leaseUntil' | 'verdict'> &
  StoredVerdict & { readonly owner: string | null; readonly dueAt: number }

const columns = `
  n.id, n.site, n.state, n.owner, n.due_at AS "dueAt", n.attempts, n.received_at AS "receivedAt", n.code, n.reason,
  m.addressed, m.message_id AS "messageId", m.topic_arn AS "topicArn", m.channel, m.published_at AS "publishedAt",
  m.signature_version AS "signatureVersion", m.certificate_url AS "certificateUrl", m.verified_at AS "verifiedAt", m.raw`

export function readingOne(database: PostgresDatabase): Inbox['read'] {
  return async function read(id) {
    const [row] = await database.query<Row>(
      `SELECT ${columns} FROM notification n JOIN notification_message m ON m.id = n.id WHERE n.id = $1`,
      [id],
    )
    return row === undefined ? null : stored(row)
  }
}

/** Those that died last come first. */
export function readingDeadLetters(database: PostgresDatabase): Inbox['deadLetters'] {
  return async function deadLetters({ site, since, limit }) {
    const rows = await database.query<Row>(
      `SELECT ${columns} FROM notification n JOIN notification_message m ON m.id = n.id
       WHERE n.state = 'dead' AND n.settled_at >= $1 AND ($2::text IS NULL OR n.site = $2)
       ORDER BY n.settled_at DESC, n.id DESC
       LIMIT $3`,
      [since ?? 0, site ?? null, limit],
    )
    return rows.map(stored)
  }
}

function stored({ owner, dueAt, signatureVersion, certificateUrl, verifiedAt, ...row }: Row): StoredNotification {
  return {
    ...row,
    nextAttemptAt: dueAt,
    leaseUntil: owner === null ? null : dueAt,
    verdict: { signatureVersion, certificateUrl, verifiedAt },
  }
}
