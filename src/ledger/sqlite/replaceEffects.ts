import type { Effect } from '../../civimail/decision.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { addressKey } from '../../ses/addresses.ts'
import { effectMarker } from '../marker.ts'
import type { EventKey, LedgerEffect } from '../ledger.ts'
import { isReplaceable } from '../rows.ts'

/** The event whose effects they are. */
export interface EffectOwner {
  readonly eventId: number
  readonly key: EventKey
  readonly seenAt: number
}

/** Makes the stored effects of an event those of a decision, as far as they may still change. Within a transaction. */
export type ReplaceEffects = (owner: EffectOwner, stored: readonly LedgerEffect[], effects: readonly Effect[]) => void

/**
 * ```
 *   stored effect            in the decision (same marker)    not in it
 *   planned, refused         planned                          removed
 *   any other                stays as it is                   stays: it is history, or may be under way
 *   (none)                   planned
 * ```
 * An effect that a decision names twice is one effect.
 */
export function replacingEffects(database: SqliteDatabase): ReplaceEffects {
  const insert = database.prepare(`
    INSERT INTO effect (event_id, seen_at, site, kind, marker, state, address, effect)
    VALUES (?, ?, ?, ?, ?, 'planned', ?, ?)
  `)
  const plan = database.prepare(`
    UPDATE effect
    SET state = 'planned', effect = ?, call_id = NULL, called_at = NULL, conclusive_at = NULL, settled_at = NULL, answer = NULL
    WHERE id = ?
  `)
  const remove = database.prepare('DELETE FROM effect WHERE id = ?')

  return function replaceEffects({ eventId, key, seenAt }, stored, effects) {
    const wanted = new Map(effects.map((effect) => [effectMarker(key, effect), effect]))
    for (const { id, marker, state } of stored) {
      const effect = wanted.get(marker)
      wanted.delete(marker)
      if (!isReplaceable(state)) continue
      if (effect === undefined) remove.run(id)
      else plan.run(JSON.stringify(effect), id)
    }
    for (const [marker, effect] of wanted) {
      const address = effect.effect === 'hold' ? addressKey(effect.address) : null
      insert.run(eventId, seenAt, key.site, effect.effect, marker, address, JSON.stringify(effect))
    }
  }
}
