import { hex, identityOf } from '../../database/hash.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import { isNameless } from '../../privacy/nameless.ts'
import type { KnownPseudonyms, Pseudonyms } from '../../privacy/pseudonyms.ts'
import { keyParts } from '../key.ts'
import type { EventKey, Ledger, LedgerEffect, LedgerEntry } from '../ledger.ts'
import { unpack } from '../packing/packedJson.ts'
import { type EffectRow, type EntryRow, effectOf } from '../rows.ts'
import { effectColumns, entryColumns } from './rows.ts'

/** The stored key of an event, and the text of it by which maps go: bytes are no key of a map. */
export interface StoredKey {
  readonly bytes: Uint8Array
  readonly text: string
  /** The key that it has when it is nameless; null where nothing is. */
  readonly nameless: Uint8Array | null
}

export function storedKey(key: EventKey, pseudonyms: Pseudonyms | null): StoredKey {
  const parts = keyParts(key)
  const bytes = identityOf(...parts)
  return { bytes, text: hex(bytes), nameless: pseudonyms?.eventKey(parts) ?? null }
}

/** By the text of their stored keys, also those that are nameless. */
export async function entriesByKey(
  queries: Queries,
  keys: readonly StoredKey[],
): Promise<ReadonlyMap<string, EntryRow>> {
  const texts = new Map(
    keys.flatMap(({ text, nameless }) => (nameless === null ? [] : [[hex(nameless), text] as const])),
  )
  const rows = await queries.query<EntryRow & { readonly storedKey: Uint8Array }>(
    `SELECT key AS "storedKey", ${entryColumns} FROM mail_event WHERE key = ANY ($1::bytea[])`,
    [keys.flatMap(({ bytes, nameless }) => (nameless === null ? [bytes] : [bytes, nameless]))],
  )
  return new Map(rows.map(({ storedKey: bytes, ...row }) => [texts.get(hex(bytes)) ?? hex(bytes), row]))
}

/**
 * The effects of events, in the order of their ids; an event without any is not in the map.
 * @param lock `update`: nobody else changes them until the transaction ends; what is read is the newest state
 */
export async function effectsOf(
  queries: Queries,
  eventIds: readonly number[],
  lock: 'none' | 'update' = 'none',
): Promise<ReadonlyMap<number, readonly LedgerEffect[]>> {
  const effects = new Map<number, LedgerEffect[]>()
  if (eventIds.length === 0) return effects
  const rows = await queries.query<EffectRow & { readonly eventId: number }>(
    `SELECT event_id AS "eventId", ${effectColumns} FROM effect WHERE event_id = ANY ($1::bigint[]) ORDER BY effect.id
     ${lock === 'update' ? 'FOR UPDATE' : ''}`,
    [eventIds],
  )
  for (const { eventId, ...row } of rows) {
    const ofEvent = effects.get(eventId)
    if (ofEvent === undefined) effects.set(eventId, [effectOf(row)])
    else ofEvent.push(effectOf(row))
  }
  return effects
}

/** @param key as the caller has it, where he has it: he will compare it with his own */
export function entryOf(
  row: EntryRow,
  effects: ReadonlyMap<number, readonly LedgerEffect[]>,
  { key, fresh }: { readonly key: EventKey; readonly fresh: boolean },
): LedgerEntry {
  return {
    eventId: row.eventId,
    key,
    fresh,
    nameless: isNameless(row),
    decision: unpack('decision', row.decision, row.eventId),
    effects: effects.get(row.eventId) ?? [],
  }
}

export function finding(queries: Queries, pseudonyms: KnownPseudonyms): Ledger['find'] {
  return async function find(keys) {
    const known = pseudonyms()
    const stored = keys.map((key) => storedKey(key, known))
    const rows = await entriesByKey(queries, stored)
    const effects = await effectsOf(
      queries,
      [...rows.values()].map(({ eventId }) => eventId),
    )
    return keys.map((key, index) => {
      const row = rows.get(stored[index]?.text ?? '')
      return row === undefined ? null : entryOf(row, effects, { key, fresh: false })
    })
  }
}
