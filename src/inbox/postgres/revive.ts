import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkNews } from './workNews.ts'

/** dead or recorded → waiting, as if it had just come. What waits already is left alone, as is what has no message any more. */
export function reviving(database: PostgresDatabase, news: WorkNews, counts: DeltaCounts): Inbox['revive'] {
  return async function revive(ids, now) {
    const revived = await database.transaction(async (queries) => {
      // Messages are removed under this lock: a statement after it sees whether they are there.
      await queries.query('SELECT 1 FROM notification WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [ids])
      return queries.query<{ readonly site: string }>(
        `UPDATE notification
         SET state = 'waiting', owner = NULL, due_at = $1, attempts = 0, settled_at = NULL, code = NULL, reason = NULL
         WHERE id = ANY ($2::bigint[]) AND state <> 'waiting'
           AND EXISTS (SELECT 1 FROM notification_message m WHERE m.id = notification.id)
         RETURNING site`,
        [now, ids],
      )
    })
    counts.written()
    news.tell(revived.map(({ site }) => site))
    return revived.length
  }
}
