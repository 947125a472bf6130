import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { EffectCount, Ledger } from '../ledger.ts'

/** Kept by triggers as deltas (see deltaCounts.ts), so it costs the same for ten effects and for ten million. */
export function readingCounts(database: PostgresDatabase): Ledger['counts'] {
  return async () =>
    database.query<EffectCount>(`
      SELECT site, kind AS effect, state, sum(delta)::bigint AS count FROM effect_count
      GROUP BY site, kind, state HAVING sum(delta) > 0 ORDER BY site, kind, state
    `)
}
