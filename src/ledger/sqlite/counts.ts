import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { EffectCount, Ledger } from '../ledger.ts'

/** Kept by triggers, so it costs the same for ten effects and for ten million. */
export function readingCounts(database: SqliteDatabase): Ledger['counts'] {
  const all = database.prepare<EffectCount>(`
    SELECT site, kind AS effect, state, count FROM effect_count WHERE count > 0 ORDER BY site, kind, state
  `)
  return async () => database.read(() => all.all())
}
