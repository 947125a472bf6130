import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { anyStatus, bucketOf, type BucketRow, dayMs, fineMs, isTidyDue, keptMs, trafficOf } from '../buckets.ts'
import type { ReceiverCounts } from '../receiverCounts.ts'

export function sqliteReceiverCounts(database: SqliteDatabase): ReceiverCounts {
  const sums = database.prepare<BucketRow>(`
    SELECT domain, bucket >= ?1 AS inWindow, outcome, sum(count) AS count FROM receiver_count
    WHERE site = ?2 AND domain IN (SELECT value FROM json_each(?3)) AND bucket >= ?4 AND bucket <= ?5
    GROUP BY 1, 2, 3
  `)
  const forget = database.prepare('DELETE FROM receiver_count WHERE bucket < ?')
  const fold = database.prepare(`
    INSERT INTO receiver_count (site, domain, bucket, outcome, count)
    SELECT site, domain, bucket - bucket % ${dayMs} AS day,
      CASE WHEN outcome = 'delivered' OR outcome LIKE 'aside %' THEN outcome ELSE '${anyStatus}' END AS kind, sum(count)
    FROM receiver_count WHERE bucket < ?1 AND bucket % ${dayMs} <> 0 GROUP BY site, domain, day, kind
    ON CONFLICT (site, domain, bucket, outcome) DO UPDATE SET count = count + excluded.count
  `)
  const folded = database.prepare(`DELETE FROM receiver_count WHERE bucket < ?1 AND bucket % ${dayMs} <> 0`)
  let tidiedAt = 0

  return {
    // By the clock of what is counted, not of this machine.
    tidy: async (newest) => {
      if (!isTidyDue(newest, tidiedAt)) return
      tidiedAt = newest
      await database.commit(() => {
        forget.run(newest - keptMs)
        fold.run(newest - fineMs)
        folded.run(newest - fineMs)
      })
    },
    read: async (site, domains, { historySince, windowSince, until }) => {
      const rows = database.read(() =>
        sums.all(bucketOf(windowSince), site, JSON.stringify(domains), bucketOf(historySince), until),
      )
      return trafficOf(domains, rows)
    },
  }
}
