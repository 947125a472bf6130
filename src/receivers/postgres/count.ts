import type { Queries } from '../../database/postgres/queries.ts'
import { bucketRows } from '../buckets.ts'
import type { ReceiverCount } from '../receiverCounts.ts'

/** Within a transaction: counts what mail events of a site say of their receiving domains. */
export async function countReceivers(queries: Queries, site: string, counts: readonly ReceiverCount[]): Promise<void> {
  // In one order in all instances, so that none of them waits for another in a circle.
  const rows = bucketRows(counts)
  await queries.run(
    `INSERT INTO receiver_count (site, domain, bucket, outcome, count)
    SELECT $1, domain, bucket, outcome, count
    FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[]) AS rows (domain, bucket, outcome, count)
    ON CONFLICT (site, domain, bucket, outcome) DO UPDATE SET count = receiver_count.count + excluded.count`,
    [
      site,
      rows.map(({ domain }) => domain),
      rows.map(({ bucket }) => bucket),
      rows.map(({ outcome }) => outcome),
      rows.map(({ count }) => count),
    ],
  )
}
