import type { Effect } from '../../civimail/decision.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import { addressKey } from '../../ses/addresses.ts'
import type { EventKey, LedgerEffect } from '../ledger.ts'
import { effectMarker } from '../marker.ts'
import { isReplaceable } from '../rows.ts'

/** The effects of one event are to be those of a decision. */
export interface Replacement {
  readonly eventId: number
  readonly key: EventKey
  readonly seenAt: number
  /** Read under a lock, or surely nobody else's yet. */
  readonly stored: readonly LedgerEffect[]
  readonly effects: readonly Effect[]
}

interface NewEffect {
  readonly of: Replacement
  readonly marker: string
  readonly effect: Effect
}

/**
 * Makes the stored effects of events those of their decisions, as far as they may still change; within a
 * transaction, for a whole batch in at most three statements.
 * ```
 *   stored effect            in the decision (same marker)    not in it
 *   planned, refused         planned                          removed
 *   any other                stays as it is                   stays: it is history, or may be under way
 *   (none)                   planned
 * ```
 * An effect that a decision names twice is one effect.
 */
export async function replaceEffects(queries: Queries, replacements: readonly Replacement[]): Promise<void> {
  const removed: number[] = []
  const planned: { readonly id: number; readonly effect: Effect }[] = []
  const added: NewEffect[] = []
  for (const replacement of replacements) {
    const wanted = new Map(replacement.effects.map((effect) => [effectMarker(replacement.key, effect), effect]))
    for (const { id, marker, state } of replacement.stored) {
      const effect = wanted.get(marker)
      wanted.delete(marker)
      if (!isReplaceable(state)) continue
      if (effect === undefined) removed.push(id)
      else planned.push({ id, effect })
    }
    for (const [marker, effect] of wanted) added.push({ of: replacement, marker, effect })
  }
  if (removed.length > 0) await queries.run('DELETE FROM effect WHERE id = ANY ($1::bigint[])', [removed])
  if (planned.length > 0)
    await queries.run(planAnew, [planned.map(({ id }) => id), planned.map(({ effect }) => JSON.stringify(effect))])
  if (added.length > 0) await insert(queries, added)
}

const planAnew = `
  UPDATE effect
  SET state = 'planned', effect = wanted.effect, call_id = NULL, called_at = NULL, conclusive_at = NULL,
    settled_at = NULL, answer = NULL
  FROM unnest($1::bigint[], $2::text[]) AS wanted (id, effect)
  WHERE effect.id = wanted.id`

/** In the order of the decision: an entry lists its effects by id. */
const insertAll = `
  INSERT INTO effect (event_id, seen_at, site, kind, marker, state, address, effect)
  SELECT event_id, seen_at, site, kind, marker, 'planned', address, effect
  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS t (event_id, seen_at, site, kind, marker, address, effect, place)
  ORDER BY place`

async function insert(queries: Queries, added: readonly NewEffect[]): Promise<void> {
  await queries.run(insertAll, [
    added.map(({ of }) => of.eventId),
    added.map(({ of }) => of.seenAt),
    added.map(({ of }) => of.key.site),
    added.map(({ effect }) => effect.effect),
    added.map(({ marker }) => marker),
    added.map(({ effect }) => (effect.effect === 'hold' ? addressKey(effect.address) : null)),
    added.map(({ effect }) => JSON.stringify(effect)),
  ])
}
