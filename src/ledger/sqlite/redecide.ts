import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { isNameless } from '../../privacy/nameless.ts'
import type { Ledger } from '../ledger.ts'
import { pack } from '../packing/packedJson.ts'
import type { EntryReader } from './entries.ts'
import type { ReplaceEffects } from './replaceEffects.ts'
import { keyOf } from '../rows.ts'

/** planned, refused → whatever the new decision says (see replaceEffects.ts). */
export function redeciding(
  database: SqliteDatabase,
  reader: EntryReader,
  replaceEffects: ReplaceEffects,
): Ledger['redecide'] {
  const write = database.prepare(
    'UPDATE mail_event SET standing = ?, rule = ?, decided_at = ?, decision = ? WHERE id = ?',
  )

  return async function redecide(eventId, decision, at) {
    return database.commit(() => {
      const before = reader.byId(eventId)
      if (before !== undefined && isNameless(before)) return reader.entry(before, keyOf(before), false)
      write.run(decision.standing, decision.rule, at, pack('decision', decision), eventId)
      const row = reader.byId(eventId)
      if (row === undefined) throw new GatewayError('NOTHING_FOUND', `there is no mail event ${eventId}`)
      const key = keyOf(row)
      replaceEffects({ eventId, key, seenAt: row.firstSeenAt }, reader.effects(eventId), decision.effects)
      return reader.entry(row, key, false)
    })
  }
}
