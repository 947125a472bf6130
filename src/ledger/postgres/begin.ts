import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { fenceSql, fenceValues } from '../../leases/postgres/fence.ts'
import type { Ledger } from '../ledger.ts'

const fence = fenceSql('$5', '$6')

const beginPlanned = `
  WITH ${fence.table}, held AS (
    SELECT id FROM effect WHERE id = ANY ($1::bigint[]) AND state = 'planned' AND ${fence.holds}
    ORDER BY id FOR UPDATE
  )
  UPDATE effect
  SET state = 'calling', call_id = $2, called_at = $3, conclusive_at = $4, settled_at = NULL, answer = NULL
  FROM held WHERE effect.id = held.id
  RETURNING effect.id`

/** planned → calling, for one call. Of two that begin the same effect only the first gets it. */
export function beginning(database: PostgresDatabase, counts: DeltaCounts): Ledger['begin'] {
  return async function begin(effectIds, { callId, at, conclusiveAt, fence: held }) {
    const rows = await database.query<{ readonly id: number }>(beginPlanned, [
      effectIds,
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
