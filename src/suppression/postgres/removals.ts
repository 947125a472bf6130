import type { PostgresDatabase } from '../../database/postgres/database.ts'
import {
  countsOf,
  type Removals,
  type RemovalState,
  type StuckRemovals,
  stuckMoments,
  type WantedRemoval,
} from '../removals.ts'

/** In one order, so that two that are about the same rows wait for each other in one direction only. */
const wantAll = `
  INSERT INTO suppression_removal (site, address, origin, asked_at, state, at)
  SELECT $1, address, $3, $4, 'wanted', $4
  FROM (SELECT DISTINCT address FROM unnest($2::text[]) AS t (address)) AS wanted ORDER BY address
  ON CONFLICT (site, address) DO UPDATE SET
    origin = excluded.origin, asked_at = excluded.asked_at, state = 'wanted', tries = 0, at = excluded.at, error = NULL`

const settleAll = `
  UPDATE suppression_removal removal SET state = outcome.state, at = outcome.at, error = outcome.error, tries = tries + 1
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
    AS outcome (site, address, asked_at, state, at, error)
  WHERE removal.site = outcome.site AND removal.address = outcome.address AND removal.asked_at = outcome.asked_at
    AND removal.state = 'wanted'`

const stuckOfAll = `
  SELECT site, count(*) AS count, max(error) AS error FROM suppression_removal stuck
  WHERE asked_at BETWEEN $3 AND $1 AND (
    (state = 'wanted' AND error IS NOT NULL)
    OR (state = 'wanted' AND at <= $1 AND NOT EXISTS (
      SELECT 1 FROM suppression_removal
      WHERE asked_at >= $3 AND state IN ('removed', 'absent') AND at > $1))
    OR (state = 'failed' AND at > $2 AND NOT EXISTS (
      SELECT 1 FROM suppression_removal later
      WHERE later.site = stuck.site AND later.state IN ('removed', 'absent') AND later.at > stuck.at)))
  GROUP BY site ORDER BY site`

export function postgresRemovals(database: PostgresDatabase): Removals {
  return {
    want: async ({ site, addresses, origin, at }) => {
      if (addresses.length > 0) await database.run(wantAll, [site, addresses, origin, at])
    },
    due: async (now, limit) =>
      database.query<WantedRemoval>(
        `SELECT site, address, asked_at AS "askedAt", tries FROM suppression_removal
         WHERE state = 'wanted' AND at <= $1 ORDER BY at, site, address LIMIT $2`,
        [now, limit],
      ),
    settle: async (outcomes) => {
      await database.run(settleAll, [
        outcomes.map(({ site }) => site),
        outcomes.map(({ address }) => address),
        outcomes.map(({ askedAt }) => askedAt),
        outcomes.map(({ state }) => state),
        outcomes.map(({ at }) => at),
        outcomes.map(({ error }) => error),
      ])
    },
    hasten: async (now, after = now) => {
      await database.run("UPDATE suppression_removal SET at = $1 WHERE state = 'wanted' AND at > $2", [now, after])
    },
    nextAt: async () => {
      const [row] = await database.query<{ readonly at: number | null }>(
        "SELECT min(at) AS at FROM suppression_removal WHERE state = 'wanted'",
      )
      return row?.at ?? null
    },
    counts: async ({ origin, since }) =>
      countsOf(
        await database.query<{ state: RemovalState; count: number; error: string | null }>(
          `SELECT state, count(*) AS count, max(error) AS error FROM suppression_removal
           WHERE asked_at >= $1 AND origin = coalesce($2, origin) GROUP BY state`,
          [since, origin ?? null],
        ),
      ),
    stuck: async (now, forMs) => database.query<StuckRemovals>(stuckOfAll, stuckMoments(now, forMs)),
    forget: async (before) => {
      await database.run("DELETE FROM suppression_removal WHERE state <> 'wanted' AND at < $1", [before])
    },
  }
}
