import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import type { EffectOutcome, Ledger } from '../ledger.ts'

/**
 * What was uncertain may be learnt later, of the same call, by a credential that can look. Given back, an effect
 * keeps when and what was answered, but no call: the next one begins anew.
 */
const writeOutcomes = `
  UPDATE effect
  SET state = outcome.state, settled_at = outcome.at, answer = outcome.answer,
    call_id = CASE WHEN outcome.state = 'planned' THEN NULL ELSE effect.call_id END,
    called_at = CASE WHEN outcome.state = 'planned' THEN NULL ELSE called_at END,
    conclusive_at = CASE WHEN outcome.state = 'planned' THEN NULL ELSE conclusive_at END
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[])
    AS outcome (id, call_id, state, at, answer)
  WHERE effect.id = outcome.id
    AND CASE WHEN outcome.call_id IS NULL THEN effect.state = 'planned'
      ELSE effect.call_id = outcome.call_id AND effect.state IN ('calling', 'uncertain') END
  RETURNING effect.id`

/**
 * calling → done, refused, uncertain, or back to planned; planned → watched, or done where no call was
 * needed. Guarded by the call: who asks in the name of an earlier call changes nothing.
 */
export function settling(database: PostgresDatabase, counts: DeltaCounts): Ledger['settle'] {
  return async function settle(outcomes) {
    const [first = [], ...others] = inTurns(outcomes)
    const written =
      others.length === 0
        ? await write(database, first)
        : await database.transaction(async (queries) => {
            const ids: number[] = []
            for (const turn of [first, ...others]) ids.push(...(await write(queries, turn)))
            return ids
          })
    counts.written()
    return written
  }
}

async function write(queries: Queries, outcomes: readonly EffectOutcome[]): Promise<readonly number[]> {
  const inOrder = outcomes.toSorted((a, b) => a.effectId - b.effectId)
  const rows = await queries.query<{ readonly id: number }>(writeOutcomes, [
    inOrder.map(({ effectId }) => effectId),
    inOrder.map(({ callId }) => callId),
    inOrder.map(({ state }) => state),
    inOrder.map(({ at }) => at),
    inOrder.map(({ answer }) => answer),
  ])
  const written = new Set(rows.map(({ id }) => id))
  return outcomes.map(({ effectId }) => effectId).filter((id) => written.has(id))
}

/** One statement changes a row once: a second outcome of the same effect comes after the first. */
function inTurns(outcomes: readonly EffectOutcome[]): readonly (readonly EffectOutcome[])[] {
  const turns: EffectOutcome[][] = []
  const before = new Map<number, number>()
  for (const outcome of outcomes) {
    const turn = before.get(outcome.effectId) ?? 0
    before.set(outcome.effectId, turn + 1)
    const same = turns[turn] ?? []
    turns[turn] = same
    same.push(outcome)
  }
  return turns
}
