import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { anyStatus, bucketOf, type BucketRow, dayMs, fineMs, isTidyDue, keptMs, trafficOf } from '../buckets.ts'
import type { ReceiverCounts } from '../receiverCounts.ts'

const fold = `
  WITH gone AS (
    DELETE FROM receiver_count WHERE bucket < $1 AND bucket % ${dayMs} <> 0
    RETURNING site, domain, bucket - bucket % ${dayMs} AS day,
      CASE WHEN outcome = 'delivered' OR outcome LIKE 'aside %' THEN outcome ELSE '${anyStatus}' END AS kind, count)
  INSERT INTO receiver_count (site, domain, bucket, outcome, count)
  SELECT site, domain, day, kind, sum(count)::bigint FROM gone GROUP BY site, domain, day, kind ORDER BY 1, 2, 3, 4
  ON CONFLICT (site, domain, bucket, outcome) DO UPDATE SET count = receiver_count.count + excluded.count`

export function postgresReceiverCounts(database: PostgresDatabase): ReceiverCounts {
  let tidiedAt = 0

  return {
    // By the clock of what is counted. Several instances may do it at once; each row is folded by one of them.
    tidy: async (newest) => {
      if (!isTidyDue(newest, tidiedAt)) return
      tidiedAt = newest
      await database.run('DELETE FROM receiver_count WHERE bucket < $1', [newest - keptMs])
      await database.run(fold, [newest - fineMs])
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
