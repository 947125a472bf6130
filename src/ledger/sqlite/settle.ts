import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { EffectOutcome, Ledger } from '../ledger.ts'

/**
 * calling → done, refused, uncertain, or back to planned; planned → watched, or done where no call was
 * needed. Guarded by the call: who asks in the name of an earlier call changes nothing.
 */
export function settling(database: SqliteDatabase): Ledger['settle'] {
  // What was uncertain may be learnt later, of the same call, by a credential that can look.
  const ofCall = `WHERE id = ? AND call_id = ? AND state IN ('calling', 'uncertain')`
  const conclude = database.prepare(`UPDATE effect SET state = ?, settled_at = ?, answer = ? ${ofCall}`)
  // Keeps when and what was answered, but no call: the next one begins anew.
  const giveBack = database.prepare(`
    UPDATE effect
    SET state = 'planned', settled_at = ?, answer = ?, call_id = NULL, called_at = NULL, conclusive_at = NULL
    ${ofCall}
  `)
  const withoutCall = database.prepare(`
    UPDATE effect SET state = ?, settled_at = ?, answer = ? WHERE id = ? AND state = 'planned'
  `)

  function write({ effectId, callId, state, at, answer }: EffectOutcome): number {
    if (callId === null) return withoutCall.run(state, at, answer, effectId).changes
    if (state === 'planned') return giveBack.run(at, answer, effectId, callId).changes
    return conclude.run(state, at, answer, effectId, callId).changes
  }

  return async function settle(outcomes) {
    return database.commit(() => outcomes.filter((outcome) => write(outcome) > 0).map(({ effectId }) => effectId))
  }
}
