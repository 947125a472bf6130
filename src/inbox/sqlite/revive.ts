import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkEvents } from './workEvents.ts'

/** dead or recorded → waiting, as if it had just come. What waits already is left alone, as is what has no message any more. */
export function reviving(database: SqliteDatabase, work: Emitter<WorkEvents>): Inbox['revive'] {
  const revival = database.prepare<{ readonly site: string }>(`
    UPDATE notification
    SET state = 'waiting', owner = NULL, due_at = ?, attempts = 0, settled_at = NULL, code = NULL, reason = NULL
    WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'waiting'
      AND EXISTS (SELECT 1 FROM notification_message WHERE notification_message.id = notification.id)
    RETURNING site
  `)

  return async function revive(ids, now) {
    const revived = await database.commit(() => revival.all(now, JSON.stringify(ids)))
    for (const site of new Set(revived.map((row) => row.site))) work.emit('work', site)
    return revived.length
  }
}
