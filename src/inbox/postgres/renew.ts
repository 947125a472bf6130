import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Inbox } from '../inbox.ts'

/** Locked in the order of ids, as in settle.ts: two statements about the same rows wait in one direction only. */
const extend = `
  WITH held AS (
    SELECT id FROM notification WHERE id = ANY ($1::bigint[]) AND owner = $2 AND state = 'waiting'
    ORDER BY id FOR UPDATE
  )
  UPDATE notification SET due_at = $3 FROM held WHERE notification.id = held.id
  RETURNING notification.id`

/** claimed → claimed, for longer. A lease that ran out but was taken by nobody is still the owner's. */
export function renewing(database: PostgresDatabase): Inbox['renew'] {
  return async function renew(owner, ids, leaseUntil) {
    const rows = await database.query<{ readonly id: number }>(extend, [ids, owner, leaseUntil])
    const renewed = new Set(rows.map(({ id }) => id))
    return ids.filter((id) => renewed.has(id))
  }
}
