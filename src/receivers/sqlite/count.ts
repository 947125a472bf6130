import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { bucketRows } from '../buckets.ts'
import type { ReceiverCount } from '../receiverCounts.ts'

/** Within a transaction: counts what mail events of a site say of their receiving domains. */
export type CountReceivers = (site: string, counts: readonly ReceiverCount[]) => void

export function countingReceivers(database: SqliteDatabase): CountReceivers {
  const increase = database.prepare(`
    INSERT INTO receiver_count (site, domain, bucket, outcome, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (site, domain, bucket, outcome) DO UPDATE SET count = count + excluded.count
  `)
  return function countReceivers(site, counts) {
    for (const { domain, bucket, outcome, count } of bucketRows(counts))
      increase.run(site, domain, bucket, outcome, count)
  }
}
