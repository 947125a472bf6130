import type { PostgresDatabase } from '../../database/postgres/database.ts'
import {
  anyStatus,
  bucketOf,
  bucketRows,
  type BucketRow,
  dayMs,
  fineMs,
  keptMs,
  tidyEveryMs,
  trafficOf,
} from '../buckets.ts'
import type { ReceiverCounts } from '../receiverCounts.ts'

export function postgresReceiverCounts(database: PostgresDatabase): ReceiverCounts {
  let newest = 0
  let tidiedAt = 0

  /** By the newest time that was counted. Several instances may do it at once; each row is folded by one of them. */
  async function tidy(): Promise<void> {
    if (newest < tidiedAt + tidyEveryMs) return
    tidiedAt = newest
    await database.run('DELETE FROM receiver_count WHERE bucket < $1', [newest - keptMs])
    await database.run(
      `WITH gone AS (
        DELETE FROM receiver_count WHERE bucket < $1 AND bucket % ${dayMs} <> 0
        RETURNING site, domain, bucket - bucket % ${dayMs} AS day,
          CASE WHEN outcome = 'delivered' OR outcome LIKE 'aside %' THEN outcome ELSE '${anyStatus}' END AS kind, count)
      INSERT INTO receiver_count (site, domain, bucket, outcome, count)
      SELECT site, domain, day, kind, sum(count)::bigint FROM gone GROUP BY site, domain, day, kind ORDER BY 1, 2, 3, 4
      ON CONFLICT (site, domain, bucket, outcome) DO UPDATE SET count = receiver_count.count + excluded.count`,
      [newest - fineMs],
    )
  }

  return {
    add: async (site, counts) => {
      if (counts.length === 0) return
      const rows = bucketRows(counts)
      // In one order in all instances, so that none of them waits for another in a circle.
      await database.run(
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
      newest = rows.reduce((latest, { bucket }) => Math.max(latest, bucket), newest)
      await tidy()
    },
    read: async (site, domains, { historySince, windowSince, until }) => {
      const rows = await database.query<BucketRow>(
        `SELECT domain, (bucket >= $1)::int AS "inWindow", outcome, sum(count)::bigint AS count FROM receiver_count
        WHERE site = $2 AND domain = ANY ($3::text[]) AND bucket >= $4 AND bucket <= $5
        GROUP BY 1, 2, 3`,
        [bucketOf(windowSince), site, domains, bucketOf(historySince), until],
      )
      return trafficOf(domains, rows)
    },
  }
}
