import type { Pseudonyms } from '../privacy/pseudonyms.ts'
import type { EffectState } from '../ledger/ledger.ts'
import type { Place } from './places.ts'

/** Reads and changes rows of the places, in any store, a few at a time. */
export interface PersonStore {
  /** The next rows of a place behind one, in the order of its key. */
  read(place: Place, after: Row | null, limit: number): Promise<readonly Row[]>

  /**
   * Reads rows anew, by their keys, and makes of each what `change` says, in one commit; nothing else writes to them
   * in between. `change` may be called again where others were in the way. @returns how many were changed
   */
  change(place: Place, rows: readonly Row[], change: (row: Row) => Change): Promise<number>

  /** Mail events with their effects. Those with an effect in one of the states stay. @returns the ids that are nameless now */
  makeNameless(
    eventIds: readonly number[],
    leaving: readonly EffectState[],
    pseudonyms: Pseudonyms,
  ): Promise<readonly number[]>

  /** Overwrites what was changed where the engine leaves old versions behind and can be told to. */
  finish(): Promise<void>
}

export type Value = string | number | null | Uint8Array

/** Key, columns and what is read besides, by name. */
export type Row = Readonly<Record<string, Value>>

/** New values of columns; null: it stays as it is. */
export type Change = Readonly<Record<string, Value>> | 'delete' | null
