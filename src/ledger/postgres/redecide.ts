import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { isNameless } from '../../privacy/nameless.ts'
import type { Ledger } from '../ledger.ts'
import { pack } from '../packing/packedJson.ts'
import { type EntryRow, keyOf } from '../rows.ts'
import { effectsOf, entryOf } from './entries.ts'
import { replaceEffects } from './replaceEffects.ts'
import { entryColumns } from './rows.ts'

/** planned, refused → whatever the new decision says (see replaceEffects.ts). */
export function redeciding(database: PostgresDatabase, counts: DeltaCounts): Ledger['redecide'] {
  return async function redecide(eventId, decision, at) {
    const entry = await database.transaction(async (queries) => {
      const [before] = await queries.query<EntryRow>(
        `SELECT ${entryColumns} FROM mail_event WHERE id = $1 FOR UPDATE`,
        [eventId],
      )
      if (before !== undefined && isNameless(before))
        return entryOf(before, await effectsOf(queries, [eventId]), { key: keyOf(before), fresh: false })
      const [row] = await queries.query<EntryRow>(
        `UPDATE mail_event SET standing = $1, rule = $2, decided_at = $3, decision = $4 WHERE id = $5
         RETURNING ${entryColumns}`,
        [decision.standing, decision.rule, at, pack('decision', decision), eventId],
      )
      if (row === undefined) throw new GatewayError('NOTHING_FOUND', `there is no mail event ${eventId}`)
      const key = keyOf(row)
      const stored = (await effectsOf(queries, [eventId], 'update')).get(eventId) ?? []
      await replaceEffects(queries, [{ eventId, key, seenAt: row.firstSeenAt, stored, effects: decision.effects }])
      return entryOf(row, await effectsOf(queries, [eventId]), { key, fresh: false })
    })
    counts.written()
    return entry
  }
}
