import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox, StoredNotification, StoredVerdict } from '../inbox.ts'

type Row = Omit<StoredNotification, 'leaseUntil' | 'verdict'> &
  StoredVerdict & { readonly owner: string | null; readonly dueAt: number }

const columns = `
  n.id, n.site, n.state, n.owner, n.due_at AS dueAt, n.attempts, n.received_at AS receivedAt, n.settled_at AS settledAt, n.code, n.reason,
  m.addressed, m.message_id AS messageId, m.topic_arn AS topicArn, m.channel, m.published_at AS publishedAt,
  m.signature_version AS signatureVersion, m.certificate_url AS certificateUrl, m.verified_at AS verifiedAt, m.raw`

/** No moment and no id comes after it. */
const latest = Number.MAX_SAFE_INTEGER

export function readingOne(database: SqliteDatabase): Inbox['read'] {
  const byId = database.prepare<Row>(`
    SELECT ${columns} FROM notification n JOIN notification_message m ON m.id = n.id WHERE n.id = ?
  `)
  return async function read(id) {
    const row = database.read(() => byId.get(id))
    return row === undefined ? null : stored(row)
  }
}

/** Those that died last come first. */
export function readingDeadLetters(database: SqliteDatabase): Inbox['deadLetters'] {
  const newest = database.prepare<Row>(`
    SELECT ${columns} FROM notification n INDEXED BY notification_dead JOIN notification_message m ON m.id = n.id
    WHERE n.state = 'dead' AND n.settled_at >= ?1 AND n.settled_at < ?2 AND (?3 IS NULL OR n.site = ?3)
      AND (?4 IS NULL OR n.code = ?4) AND (n.settled_at, n.id) < (?5, ?6)
    ORDER BY n.settled_at DESC, n.id DESC
    LIMIT ?7
  `)
  return async function deadLetters({ site, code, since = 0, before = latest, after, limit }) {
    const { settledAt, id } = after ?? { settledAt: latest, id: latest }
    return database.read(() => newest.all(since, before, site ?? null, code ?? null, settledAt, id, limit)).map(stored)
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
