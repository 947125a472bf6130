import type { BounceTypeName, BounceTypes } from '../../../civimail/bounceTypes.ts'
import type { Transaction } from '../../../database/postgres/queries.ts'
import type { BounceOutcome } from '../../crm.ts'
import { reachesThreshold } from '../holdRule.ts'
import type { BounceEntry } from '../recordingStore.ts'

interface QueueRow {
  readonly queueId: number
  readonly hash: string
  readonly emailId: number | null
}

interface Count {
  readonly emailId: number
  readonly bounceType: BounceTypeName
  readonly bounces: number
}

/**
 * Bounces as CiviCRM records them, each for itself and in order: verify, insert, count, hold. Here in a few
 * statements for all of them, with the same outcome: inserted are those whose hash fits, and counts only grow,
 * so whoever reached a threshold on the way has reached it at the end. Runs inside a transaction.
 */
export async function recordBounces(
  queries: Transaction,
  site: string,
  { bounces, bounceTypes, at }: Recording,
): Promise<readonly BounceOutcome[]> {
  const rows = await findRows(queries, site, bounces)
  const fitting = bounces.flatMap((bounce) => {
    // CiviCRM's collation takes the hash in any letter case.
    const row = rows.get(bounce.queueId)
    return row !== undefined && row.hash === bounce.hash.toLowerCase() ? [{ bounce, row }] : []
  })
  const emailIds = [...new Set(fitting.flatMap(({ row }) => row.emailId ?? []))]
  // Whoever records or edits the same address waits here, so that none of two holds is missed.
  await queries.query('SELECT 1 FROM contact_email WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [emailIds])
  await insert(
    queries,
    fitting.map(({ bounce }) => bounce),
    at,
  )
  await hold(queries, await reaching(queries, emailIds, bounceTypes), at)
  const recorded = new Set(fitting.map(({ bounce }) => bounce))
  return bounces.map((bounce) =>
    recorded.has(bounce) ? { outcome: 'recorded' } : { outcome: 'gone', message: 'no such queue row, or another hash' },
  )
}

export interface Recording {
  readonly bounces: readonly BounceEntry[]
  readonly bounceTypes: BounceTypes
  /** Epoch ms. */
  readonly at: number
}

async function findRows(
  queries: Transaction,
  site: string,
  bounces: readonly BounceEntry[],
): Promise<ReadonlyMap<number, QueueRow>> {
  const rows = await queries.query<QueueRow>(
    `SELECT q.id AS "queueId", q.hash, q.email_id AS "emailId" FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id
     WHERE q.id = ANY ($1::bigint[]) AND m.site = $2`,
    [bounces.map(({ queueId }) => queueId), site],
  )
  return new Map(rows.map((row) => [row.queueId, row]))
}

async function insert(queries: Transaction, bounces: readonly BounceEntry[], at: number): Promise<void> {
  await queries.run(
    `INSERT INTO mailing_bounce (queue_id, bounce_type, reason, bounced_at)
     SELECT queue_id, bounce_type, reason, $4
     FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS t (queue_id, bounce_type, reason, place)
     ORDER BY place`,
    [
      bounces.map(({ queueId }) => queueId),
      bounces.map(({ bounceType }) => bounceType),
      bounces.map(({ reason }) => reason),
      at,
    ],
  )
}

/** Of these addresses those that by now have bounced often enough. */
async function reaching(
  queries: Transaction,
  emailIds: readonly number[],
  bounceTypes: BounceTypes,
): Promise<readonly number[]> {
  const counts = await queries.query<Count>(
    `SELECT e.id AS "emailId", b.bounce_type AS "bounceType", count(*) AS bounces
     FROM mailing_bounce b JOIN mailing_queue q ON q.id = b.queue_id JOIN contact_email e ON e.id = q.email_id
     WHERE e.id = ANY ($1::bigint[]) AND (e.reset_date IS NULL OR b.bounced_at >= e.reset_date)
     GROUP BY e.id, b.bounce_type`,
    [emailIds],
  )
  return [...Map.groupBy(counts, ({ emailId }) => emailId)]
    .filter(([, own]) => reachesThreshold(new Map(own.map((one) => [one.bounceType, one.bounces])), bounceTypes))
    .map(([emailId]) => emailId)
}

/** Whatever it was before: a hold by opt-out becomes one by bounce. The reset date stays. */
async function hold(queries: Transaction, emailIds: readonly number[], at: number): Promise<void> {
  await queries.run('UPDATE contact_email SET on_hold = 1, hold_date = $2 WHERE id = ANY ($1::bigint[])', [
    emailIds,
    at,
  ])
}
