import { identityOf } from '../../database/hash.ts'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { mostRefused, mostRefusedBytes, type RefusedMessage, type RefusedMessages } from '../refusedMessages.ts'

/** Several instances that keep at the same moment may go over the bound by as many messages, which harms nobody. */
const insert = `
  INSERT INTO refused_message (identity, queue, addressed, refused_at, code, reason, body)
  SELECT $1, $2, $3, $4, $5, $6, $7 FROM (
    SELECT count(*) AS rows, coalesce(sum(length(body)), 0) AS bytes FROM refused_message
  ) AS standing
  WHERE rows < ${mostRefused} AND bytes + length($7::bytea) <= ${mostRefusedBytes}
  ON CONFLICT (identity) DO NOTHING`

export function postgresRefusedMessages(database: PostgresDatabase): RefusedMessages {
  return {
    async keep({ queue, messageId, addressed, refusedAt, code, reason, body }) {
      const identity = identityOf(queue, messageId)
      if ((await database.run(insert, [identity, queue, addressed, refusedAt, code, reason, body])) > 0) return 'kept'
      const there = await database.query('SELECT 1 FROM refused_message WHERE identity = $1', [identity])
      return there.length > 0 ? 'kept' : 'full'
    },
    list: async ({ queue, ids, limit }) =>
      database.query<RefusedMessage>(
        `SELECT id, queue, addressed, refused_at AS "refusedAt", code, reason, body FROM refused_message
        WHERE ($1::text IS NULL OR queue = $1) AND ($2::bigint[] IS NULL OR id = ANY ($2))
        ORDER BY id DESC LIMIT $3`,
        [queue ?? null, ids ?? null, limit],
      ),
    async count() {
      const [found] = await database.query<{ readonly rows: number }>('SELECT count(*) AS rows FROM refused_message')
      return found?.rows ?? 0
    },
    remove: async (ids) => database.run('DELETE FROM refused_message WHERE id = ANY ($1::bigint[])', [ids]),
  }
}
