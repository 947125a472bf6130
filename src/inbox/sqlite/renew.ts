import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Inbox } from '../inbox.ts'

/** claimed → claimed, for longer. A lease that ran out but was taken by nobody is still the owner's. */
export function renewing(database: SqliteDatabase): Inbox['renew'] {
  const extend = database.prepare(`
    UPDATE notification SET due_at = ? WHERE id = ? AND owner = ? AND state = 'waiting'
  `)

  return async function renew(owner, ids, leaseUntil) {
    return database.commit(() => ids.filter((id) => extend.run(leaseUntil, id, owner).changes > 0))
  }
}
