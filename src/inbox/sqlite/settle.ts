import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox, NotificationEnd } from '../inbox.ts'

/** claimed → recorded, dead or waiting. Each write is guarded by the owner: an ex-owner changes nothing. */
export function settling(database: SqliteDatabase): Inbox['settle'] {
  const guard = `WHERE id = ? AND owner = ? AND state = 'waiting'`
  const record = database.prepare(`
    UPDATE notification SET state = 'recorded', owner = NULL, settled_at = ?, code = NULL, reason = NULL ${guard}
  `)
  const bury = database.prepare(`
    UPDATE notification SET state = 'dead', owner = NULL, settled_at = ?, code = ?, reason = ? ${guard}
  `)
  const defer = database.prepare(`
    UPDATE notification SET owner = NULL, due_at = ?, code = ?, reason = ?, attempts = attempts - ? ${guard}
  `)

  /** Rows changed: 1, or 0 where the lease has gone to another. */
  function write(owner: string, end: NotificationEnd): number {
    if (end.end === 'recorded') return record.run(end.at, end.id, owner).changes
    if (end.end === 'dead') return bury.run(end.at, end.code, end.reason, end.id, owner).changes
    return defer.run(end.nextAttemptAt, end.code, end.reason, end.countAttempt ? 0 : 1, end.id, owner).changes
  }

  return async function settle(owner, ends) {
    return database.commit(() => ends.filter((end) => write(owner, end) === 0).map(({ id }) => id))
  }
}
