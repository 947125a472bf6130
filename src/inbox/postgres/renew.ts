import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { sorted } from '../../database/postgres/lockOrder.ts'
import type { Inbox } from '../inbox.ts'

const extend = `
  UPDATE notification SET due_at = $3
  FROM unnest($1::bigint[]) AS t (id)
  WHERE notification.id = t.id AND owner = $2
  RETURNING notification.id`

/** claimed → claimed, for longer. A lease that ran out but was taken by nobody is still the owner's. */
export function renewing(database: PostgresDatabase): Inbox['renew'] {
  return async function renew(owner, ids, leaseUntil) {
    const rows = await database.query<{ readonly id: number }>(extend, [sorted(ids), owner, leaseUntil])
    const renewed = new Set(rows.map(({ id }) => id))
    return ids.filter((id) => renewed.has(id))
  }
}
