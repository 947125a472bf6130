import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Emitter } from '../../emitter.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkEvents } from './workEvents.ts'

/** claimed → waiting, for a whole lane: its owners ended with the process that held the folder before. */
export function releasing(database: SqliteDatabase, work: Emitter<WorkEvents>): Inbox['releaseLane'] {
  const release = database.prepare(`
    UPDATE notification INDEXED BY notification_due SET owner = NULL, due_at = 0
    -- Claimed rows are due later than at once: the index leaves out the millions that nobody has touched yet.
    WHERE state = 'waiting' AND site = ? AND due_at > 0 AND owner IS NOT NULL
  `)

  return async function releaseLane(site) {
    const { changes } = await database.commit(() => release.run(site))
    if (changes > 0) work.emit('work', site)
    return changes
  }
}
