import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { sorted } from '../../database/postgres/lockOrder.ts'
import { fenceSql, fenceValues } from '../../leases/postgres/fence.ts'
import type { Ledger } from '../ledger.ts'

const fence = fenceSql('$5', '$6')

/**
 * Not `state = 'planned'`: with figures from when little was planned the planner would read all that is, instead of
 * going by the ids.
 */
const beginPlanned = `
  WITH ${fence.table}
  UPDATE effect
  SET state = 'calling', call_id = $2, called_at = $3, conclusive_at = $4, settled_at = NULL, answer = NULL
  FROM unnest($1::bigint[]) AS t (id)
  WHERE effect.id = t.id AND state IS NOT DISTINCT FROM 'planned' AND ${fence.holds}
  RETURNING effect.id`

/** planned → calling, for one call. Of two that begin the same effect only the first gets it. */
export function beginning(database: PostgresDatabase, counts: DeltaCounts): Ledger['begin'] {
  return async function begin(effectIds, { callId, at, conclusiveAt, fence: held }) {
    const rows = await database.query<{ readonly id: number }>(beginPlanned, [
      sorted(effectIds),
      callId,
      at,
      conclusiveAt,
      ...fenceValues(held),
    ])
    counts.written()
    const begun = new Set(rows.map(({ id }) => id))
    return effectIds.filter((id) => begun.has(id))
  }
}
