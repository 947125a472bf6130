import type { EffectKind } from '../../civimail/decision.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { EffectState, Ledger } from '../ledger.ts'

interface Row {
  readonly site: string
  readonly effect: EffectKind
  readonly state: EffectState
  readonly count: number
}

/** Kept by triggers, so it costs the same for ten effects and for ten million. */
export function readingCounts(database: SqliteDatabase): Ledger['counts'] {
  const all = database.prepare<Row>(`
    SELECT site, kind AS effect, state, count FROM effect_count WHERE count > 0 ORDER BY site, kind, state
  `)
  return () => database.read(() => all.all())
}
