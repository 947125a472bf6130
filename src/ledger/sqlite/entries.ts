import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { identityOf } from '../../database/hash.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import { isNameless } from '../../privacy/nameless.ts'
import { keyParts } from '../key.ts'
import type { EventKey, Ledger, LedgerEffect, LedgerEntry } from '../ledger.ts'
import { unpack } from '../packing/packedJson.ts'
import { type EffectRow, type EntryRow, effectOf } from '../rows.ts'
import { effectColumns, entryColumns } from './rows.ts'

/** Reads entries; also within a transaction, by those who write them. */
export interface EntryReader {
  byKey(key: EventKey): EntryRow | undefined
  byId(eventId: number): EntryRow | undefined
  effects(eventId: number): readonly LedgerEffect[]
  /** @param key as the caller has it, where he has it: he will compare it with his own */
  entry(row: EntryRow, key: EventKey, fresh: boolean): LedgerEntry
}

export function entryReader(database: SqliteDatabase, pseudonyms: KnownPseudonyms): EntryReader {
  const byKey = database.prepare<EntryRow>(`SELECT ${entryColumns} FROM mail_event WHERE key = ?`)
  const byId = database.prepare<EntryRow>(`SELECT ${entryColumns} FROM mail_event WHERE id = ?`)
  const ofEvent = database.prepare<EffectRow>(`SELECT ${effectColumns} FROM effect WHERE event_id = ? ORDER BY id`)
  const effects = (eventId: number): readonly LedgerEffect[] => ofEvent.all(eventId).map(effectOf)
  return {
    byKey: (key) => {
      const parts = keyParts(key)
      const whole = byKey.get(identityOf(...parts))
      if (whole !== undefined) return whole
      const nameless = pseudonyms()?.eventKey(parts)
      return nameless === undefined ? undefined : byKey.get(nameless)
    },
    byId: (eventId) => byId.get(eventId),
    effects,
    entry: (row, key, fresh) => ({
      eventId: row.eventId,
      key,
      fresh,
      nameless: isNameless(row),
      decision: unpack('decision', row.decision, row.eventId),
      effects: effects(row.eventId),
    }),
  }
}

export function finding(database: SqliteDatabase, reader: EntryReader): Ledger['find'] {
  return async function find(keys) {
    return database.read(() =>
      keys.map((key) => {
        const row = reader.byKey(key)
        return row === undefined ? null : reader.entry(row, key, false)
      }),
    )
  }
}
