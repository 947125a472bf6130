import { identityOf } from '../../database/hash.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { mostRefused, mostRefusedBytes, type RefusedMessage, type RefusedMessages } from '../refusedMessages.ts'

export function sqliteRefusedMessages(database: SqliteDatabase): RefusedMessages {
  const standing = database.prepare<{ readonly rows: number; readonly bytes: number; readonly there: 0 | 1 }>(`
    SELECT count(*) AS rows, coalesce(sum(length(body)), 0) AS bytes,
      EXISTS (SELECT 1 FROM refused_message WHERE identity = ?) AS there
    FROM refused_message
  `)
  const insert = database.prepare(`
    INSERT INTO refused_message (identity, queue, addressed, refused_at, code, reason, body) VALUES (?, ?, ?, ?, ?, ?, ?)
  `)
  const list = database.prepare<RefusedMessage>(`
    SELECT id, queue, addressed, refused_at AS refusedAt, code, reason, body FROM refused_message
    WHERE (?1 IS NULL OR queue = ?1) AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))
    ORDER BY id DESC LIMIT ?3
  `)
  const count = database.prepare<{ readonly rows: number }>('SELECT count(*) AS rows FROM refused_message')
  const remove = database.prepare('DELETE FROM refused_message WHERE id IN (SELECT value FROM json_each(?))')

  return {
    keep: async ({ queue, messageId, addressed, refusedAt, code, reason, body }) =>
      database.commit(() => {
        const identity = identityOf(queue, messageId)
        const { rows, bytes, there } = standing.get(identity) ?? { rows: 0, bytes: 0, there: 0 }
        if (there === 1) return 'kept'
        if (rows >= mostRefused || bytes + body.byteLength > mostRefusedBytes) return 'full'
        insert.run(identity, queue, addressed, refusedAt, code, reason, body)
        return 'kept'
      }),
    list: async ({ queue, ids, limit }) =>
      database.read(() => list.all(queue ?? null, ids === undefined ? null : JSON.stringify(ids), limit)),
    count: async () => database.read(() => count.get()?.rows ?? 0),
    remove: async (ids) => (await database.commit(() => remove.run(JSON.stringify(ids)))).changes,
  }
}
