import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkEvents } from './workEvents.ts'

/** claimed → waiting, for all at once: their owners ended with the process that held the folder before. */
export function releasing(database: SqliteDatabase, work: Emitter<WorkEvents>): Inbox['releaseAll'] {
  const release = database.prepare<{ readonly site: string }>(`
    UPDATE notification SET owner = NULL, due_at = 0
    WHERE state = 'waiting' AND owner IS NOT NULL
      -- Claimed rows are due later than at once: the index leaves out the millions that nobody has touched yet.
      AND site IN (SELECT site FROM notification_count WHERE state = 'waiting' AND count > 0) AND due_at > 0
    RETURNING site
  `)

  return async function releaseAll() {
    const released = await database.commit(() => release.all())
    for (const site of new Set(released.map((row) => row.site))) work.emit('work', site)
    return released.length
  }
}
