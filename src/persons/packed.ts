import { isPackedColumn, jsonOf, packJson, type PackedColumn } from '../ledger/packing/packedJson.ts'
import type { Place } from './places.ts'
import type { Change, Row } from './personStore.ts'

/**
 * A row with the JSON of what is stored packed, in which a person can be looked for.
 * @throws GatewayError STORAGE_CORRUPT: nobody can say whether he is in it
 */
export function unpackedRow(place: Place, row: Row): Row {
  const eventId = Number(row['event_id'] ?? row['id'])
  return turned(place, row, (column, value) => (value instanceof Uint8Array ? jsonOf(column, value, eventId) : value))
}

/** The way back, for what is written. */
export function packedChange(place: Place, change: Change): Change {
  if (change === null || change === 'delete') return change
  return turned(place, change, (column, value) => (typeof value === 'string' ? packJson(column, value) : value))
}

function turned(place: Place, row: Row, turn: (column: PackedColumn, value: Row[string]) => Row[string]): Row {
  const packed = Object.entries(row).flatMap(([name, value]) =>
    place.columns[name] === 'packed' && isPackedColumn(name) ? [[name, turn(name, value)] as const] : [],
  )
  return packed.length === 0 ? row : { ...row, ...Object.fromEntries(packed) }
}
