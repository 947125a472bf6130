import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox, PutOff } from '../inbox.ts'

export function readingPutOff(database: SqliteDatabase): Inbox['putOff'] {
  const putOff = database.prepare<PutOff>(`
    SELECT id, due_at AS until FROM notification INDEXED BY notification_due
    WHERE state = 'waiting' AND site = ? AND due_at > 0 AND due_at > ? AND owner IS NULL
    ORDER BY due_at LIMIT ?
  `)
  return async (site, after, limit) => database.read(() => putOff.all(site, after, limit))
}
