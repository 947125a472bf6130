import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import {
  countsOf,
  type Removals,
  type RemovalState,
  type StuckRemovals,
  stuckMoments,
  type WantedRemoval,
} from '../removals.ts'

export function sqliteRemovals(database: SqliteDatabase): Removals {
  const want = database.prepare(`
    INSERT INTO suppression_removal (site, address, origin, asked_at, state, at) VALUES (?1, ?2, ?3, ?4, 'wanted', ?4)
    ON CONFLICT (site, address) DO UPDATE SET
      origin = excluded.origin, asked_at = excluded.asked_at, state = 'wanted', tries = 0, at = excluded.at, error = NULL
  `)
  const due = database.prepare<WantedRemoval>(`
    SELECT site, address, asked_at AS askedAt, tries FROM suppression_removal
    WHERE state = 'wanted' AND at <= ? ORDER BY at, site, address LIMIT ?
  `)
  const settle = database.prepare(`
    UPDATE suppression_removal SET state = ?, at = ?, error = ?, tries = tries + 1
    WHERE site = ? AND address = ? AND asked_at = ? AND state = 'wanted'
  `)
  const hasten = database.prepare("UPDATE suppression_removal SET at = ?1 WHERE state = 'wanted' AND at > ?2")
  const nextAt = database.prepare<{ readonly at: number | null }>(
    "SELECT min(at) AS at FROM suppression_removal WHERE state = 'wanted'",
  )
  const counts = database.prepare<{ state: RemovalState; count: number; error: string | null }>(`
    SELECT state, count(*) AS count, max(error) AS error FROM suppression_removal
    WHERE asked_at >= ? AND origin = coalesce(?, origin) GROUP BY state
  `)
  const stuck = database.prepare<StuckRemovals>(`
  SELECT site, count(*) AS count, max(error) AS error FROM suppression_removal stuck
  WHERE asked_at BETWEEN ?3 AND ?1 AND (
    (state = 'wanted' AND error IS NOT NULL)
    OR (state = 'wanted' AND at <= ?1 AND NOT EXISTS (
      SELECT 1 FROM suppression_removal
      WHERE asked_at >= ?3 AND state IN ('removed', 'absent') AND at > ?1))
    OR (state = 'failed' AND at > ?2 AND NOT EXISTS (
      SELECT 1 FROM suppression_removal later
      WHERE later.site = stuck.site AND later.state IN ('removed', 'absent') AND later.at > stuck.at)))
  GROUP BY site ORDER BY site
  `)
  const forget = database.prepare("DELETE FROM suppression_removal WHERE state <> 'wanted' AND at < ?")
  return {
    want: async ({ site, addresses, origin, at }) =>
      database.commit(() => {
        for (const address of addresses) want.run(site, address, origin, at)
      }),
    due: async (now, limit) => database.read(() => due.all(now, limit)),
    settle: async (outcomes) =>
      database.commit(() => {
        for (const { site, address, askedAt, state, at, error } of outcomes)
          settle.run(state, at, error, site, address, askedAt)
      }),
    hasten: async (now, after = now) =>
      database.commit(() => {
        hasten.run(now, after)
      }),
    nextAt: async () => database.read(() => nextAt.get()?.at ?? null),
    counts: async ({ origin, since }) => database.read(() => countsOf(counts.all(since, origin ?? null))),
    stuck: async (now, forMs) => database.read(() => stuck.all(...stuckMoments(now, forMs))),
    forget: async (before) =>
      database.commit(() => {
        forget.run(before)
      }),
  }
}
