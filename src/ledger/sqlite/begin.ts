import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Ledger } from '../ledger.ts'

/** planned → calling, for one call. Of two that begin the same effect only the first gets it. */
export function beginning(database: SqliteDatabase): Ledger['begin'] {
  const begun = database.prepare(`
    UPDATE effect
    SET state = 'calling', call_id = ?, called_at = ?, conclusive_at = ?, settled_at = NULL, answer = NULL
    WHERE id = ? AND state = 'planned'
  `)
  return async function begin(effectIds, { callId, at, conclusiveAt }) {
    return database.commit(() => effectIds.filter((id) => begun.run(callId, at, conclusiveAt, id).changes > 0))
  }
}
