import { eventJson, packEventJson } from '../ledger/packing/packedEvent.ts'
import type { Place } from './places.ts'
import type { Change, Row } from './personStore.ts'

/** A row with the JSON of what is stored packed, in which a person can be looked for. */
export function unpackedRow(place: Place, row: Row): Row {
  const packed = packedColumns(place)
  if (packed.length === 0) return row
  return { ...row, ...eachOf(packed, row, eventJson) }
}

/** The way back, for what is written. */
export function packedChange(place: Place, change: Change): Change {
  if (change === null || change === 'delete') return change
  return { ...change, ...eachOf(packedColumns(place), change, packEventJson) }
}

function packedColumns(place: Place): readonly string[] {
  return Object.entries(place.columns).flatMap(([name, form]) => (form === 'packed' ? [name] : []))
}

function eachOf(
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
  turn: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = values[name]
      return typeof text === 'string' ? [[name, turn(text)] as const] : []
    }),
  )
}
