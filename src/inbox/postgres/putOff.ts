import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Inbox, PutOff } from '../inbox.ts'

export function readingPutOff(database: PostgresDatabase): Inbox['putOff'] {
  return async (site, after, limit) =>
    database.query<PutOff>(
      // As the index has it, whatever the planner believes of the lane (see backlog.ts).
      `SELECT id, due_at + 0 AS until FROM notification
       WHERE state = 'waiting' AND site = $1 AND due_at > 0 AND due_at + 0 > $2 AND owner IS NULL
       ORDER BY due_at + 0 LIMIT $3`,
      [site, after, limit],
    )
}
