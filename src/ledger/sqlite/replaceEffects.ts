import type { Effect } from '../../civimail/decision.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { addressKey } from '../../ses/addresses.ts'
import { effectMarker } from '../marker.ts'
import type { EventKey } from '../ledger.ts'
import type { EntryReader } from './entries.ts'
import { isReplaceable } from './rows.ts'

/** Makes the effects of an event those of a decision, as far as they may still change. Within a transaction. */
export type ReplaceEffects = (eventId: number, key: EventKey, effects: readonly Effect[]) => void

/**
 * ```
 *   stored effect            in the decision (same marker)    not in it
 *   planned, refused         planned                          removed
 *   any other                stays as it is                   stays: it is history, or may be under way
 *   (none)                   planned
 * ```
 * An effect that a decision names twice is one effect.
 */
export function replacingEffects(database: SqliteDatabase, reader: EntryReader): ReplaceEffects {
  const insert = database.prepare(`
    INSERT INTO effect (event_id, seen_at, site, kind, marker, state, address, effect)
    SELECT id, first_seen_at, site, ?, ?, 'planned', ?, ? FROM mail_event WHERE id = ?
  `)
  const plan = database.prepare(`
    UPDATE effect
    SET state = 'planned', effect = ?, call_id = NULL, called_at = NULL, conclusive_at = NULL, settled_at = NULL, answer = NULL
    WHERE id = ?
  `)
  const remove = database.prepare('DELETE FROM effect WHERE id = ?')

  return function replaceEffects(eventId, key, effects) {
    const wanted = new Map(effects.map((effect) => [effectMarker(key, effect), effect]))
    for (const stored of reader.effects(eventId)) {
      const effect = wanted.get(stored.marker)
      wanted.delete(stored.marker)
      if (!isReplaceable(stored.state)) continue
      if (effect === undefined) remove.run(stored.id)
      else plan.run(JSON.stringify(effect), stored.id)
    }
    for (const [marker, effect] of wanted) {
      const address = effect.effect === 'hold' ? addressKey(effect.address) : null
      insert.run(effect.effect, marker, address, JSON.stringify(effect), eventId)
    }
  }
}
