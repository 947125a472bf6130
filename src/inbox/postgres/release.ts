import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { fenceSql, fenceValues } from '../../leases/postgres/fence.ts'
import type { Inbox } from '../inbox.ts'
import type { WorkNews } from './workNews.ts'

const fence = fenceSql('$2', '$3')

/** Claimed rows are due later than at once: the index leaves out the millions that nobody has touched yet. */
const releaseClaims = `
  WITH ${fence.table}
  UPDATE notification SET owner = NULL, due_at = 0
  WHERE state = 'waiting' AND site = $1 AND due_at > 0 AND owner IS NOT NULL AND ${fence.holds}`

/** claimed → waiting, for a whole lane: whoever had it before has it no longer. */
export function releasing(database: PostgresDatabase, news: WorkNews): Inbox['releaseLane'] {
  return async function releaseLane(site, held) {
    const released = await database.run(releaseClaims, [site, ...fenceValues(held)])
    if (released > 0) news.tell([site])
    return released
  }
}
