import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { CrmFacts } from '../../civimail/crmFacts.ts'
import type { Decision } from '../../civimail/decision.ts'
import type { FoundReference } from '../../civimail/reference.ts'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'
import { decisionDictionary } from './decisionDictionary.ts'
import { eventDictionary } from './eventDictionary.ts'

/** What the ledger keeps packed, by the names of its columns. */
export interface PackedColumns {
  readonly event: MailEvent
  readonly decision: Decision
  readonly reference: FoundReference
  readonly facts: CrmFacts
}

export type PackedColumn = keyof PackedColumns

declare const column: unique symbol

/** Bytes of such a column: a mark that names a dictionary, then the JSON, deflated with it. */
export type Packed<Column extends PackedColumn> = Uint8Array & { readonly [column]: Column }

/** By their marks. What is stored bears them for good: another dictionary is another entry, never a change of one. */
const dictionaries: ReadonlyMap<number, Buffer> = new Map([
  [1, eventDictionary],
  [2, decisionDictionary],
])

const marks: Readonly<Record<PackedColumn, number>> = { event: 1, decision: 2, reference: 2, facts: 2 }

/**
 * The window holds dictionary and text together; what is longer loses sight of the dictionary, no more. Output comes in
 * small pieces: by default each call takes 16 KiB for it, and most of its time goes into clearing up after that.
 */
const sizes = { windowBits: 13, chunkSize: 2048 } as const

/** Small tables cost no byte in texts as short as these, and are set up sooner: 10 µs for a decision, 24 for an event. */
const effort = { memLevel: 4, level: 6 } as const

/**
 * Nine tenths of an event, a decision or a reference are what all have in common: names of fields, of headers, words
 * of SES and of this program. As JSON they take two and a half kilobytes, which would be nearly all that the ledger
 * stores; packed they take a sixth of that. SQL cannot ask into them: what it asks for has a column of its own.
 *
 * Two versions of zlib may pack one text differently, so what is packed is compared by what it holds.
 */
export function pack<Column extends PackedColumn>(name: Column, value: PackedColumns[Column]): Packed<Column> {
  return packJson(name, JSON.stringify(value))
}

/** For those who have the JSON already. */
export function packJson<Column extends PackedColumn>(name: Column, json: string): Packed<Column> {
  const mark = marks[name]
  const dictionary = dictionaries.get(mark)
  const packed = Buffer.concat([Buffer.of(mark), deflateRawSync(json, { ...sizes, ...effort, dictionary })])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the brand: nothing else makes these bytes
  return packed as unknown as Packed<Column>
}

/** @throws GatewayError STORAGE_CORRUPT with the event whose row it is */
export function unpack<Column extends PackedColumn>(
  name: Column,
  packed: Packed<Column>,
  eventId: number,
): PackedColumns[Column] {
  return reading(name, eventId, () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `pack` writes it
    return JSON.parse(inflated(packed)) as PackedColumns[Column]
  })
}

/** The JSON, for those who work on the text. @throws GatewayError STORAGE_CORRUPT with the event whose row it is */
export function jsonOf(name: PackedColumn, packed: Uint8Array, eventId: number): string {
  return reading(name, eventId, () => inflated(packed))
}

function inflated(packed: Uint8Array): string {
  const mark = packed[0] ?? 0
  const dictionary = dictionaries.get(mark)
  if (dictionary === undefined) throw new TypeError(`no dictionary has the mark ${mark}`)
  return inflateRawSync(packed.subarray(1), { ...sizes, dictionary }).toString()
}

/** A fault names its event, so that a person can look at its notification, and take the row out. */
function reading<Result>(name: PackedColumn, eventId: number, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    const what = `what is stored as ${name} of mail event ${eventId} cannot be read: ${messageOf(error)}`
    throw new GatewayError('STORAGE_CORRUPT', what, { cause: error })
  }
}

export function isPackedColumn(name: string): name is PackedColumn {
  return Object.hasOwn(marks, name)
}
