import { hash } from 'node:crypto'
import type { Effect } from '../../src/civimail/decision.ts'
import { identityOf } from '../../src/database/hash.ts'
import { keyParts } from '../../src/ledger/key.ts'
import type { EventKey } from '../../src/ledger/ledger.ts'
import { effectMarker } from '../../src/ledger/marker.ts'
import { isPackedColumn, jsonOf, packJson } from '../../src/ledger/packing/packedJson.ts'
import { fromJson } from '../../src/ledger/rows.ts'
import { type Pattern, marks } from './pattern.ts'
import { type NumberedTable, type Row, type TableName, type Value, numberedTables } from './tables.ts'
import { type Fillings, type Template, templateOf } from './template.ts'

/** What tells one copy of a pattern from all others. */
export interface Copy {
  /** Everything else that is drawn is derived from it. */
  readonly name: string
  readonly address: string
  /** When it was received, epoch ms. */
  readonly at: number
}

/** Gives out the ids of a table, one after the other. */
export interface Ids {
  next(table: NumberedTable): number
  /** The one mailing that all copies are of. */
  readonly mailing: number
}

export interface CopiedRow {
  readonly table: TableName
  readonly row: Row
}

type Column = (context: CopyContext) => Value

interface CopyContext {
  readonly fillings: Fillings
  readonly laterMs: number
  readonly ids: ReadonlyMap<number, number>
}

interface Shape {
  readonly table: TableName
  readonly columns: readonly (readonly [string, Column])[]
}

/** Times of a pattern lie around its own; no other number of it does. */
const nearMs = 40 * 86_400_000

/** Makes rows after a pattern, for any number of copies. */
export class Copies {
  readonly #at: number
  /** Part of a notification's identity. */
  readonly #addressed: string
  readonly #ids: readonly (readonly [NumberedTable, number])[]
  readonly #markers: readonly { readonly text: string; readonly key: Template; readonly effect: Template }[]
  readonly #shapes: readonly Shape[]

  constructor({ rows, at }: Pattern) {
    this.#at = at
    this.#addressed = String(rows.find(({ table }) => table === 'notification_message')?.row['addressed'])
    this.#ids = rows.flatMap(({ table, row }) => {
      const { id } = row
      const numbered = numberedTables.find((name) => name === table)
      return numbered === undefined || typeof id !== 'number' ? [] : [[numbered, id] as const]
    })
    const markerTexts = rows.flatMap(({ table, row }) => (table === 'effect' ? [String(row['marker'])] : []))
    const allMarks = [...Object.values(marks), ...this.#idMarks(), ...markerTexts]
    const template = (text: string): Template => templateOf(text, allMarks, (time) => this.#isTime(time))
    const event = rows.find(({ table }) => table === 'mail_event')?.row
    this.#markers = rows.flatMap(({ table, row }) =>
      table !== 'effect' || event === undefined
        ? []
        : [
            {
              text: String(row['marker']),
              key: template(JSON.stringify(keyOf(event))),
              effect: template(String(row['effect'])),
            },
          ],
    )
    this.#shapes = rows.map(({ table, row }) => ({
      table,
      columns: Object.entries(row).map(([name, value]) => [name, this.#column(name, value, template)] as const),
    }))
  }

  /** The rows of one copy, in the order of their tables, but for those of some tables. */
  rowsOf(copy: Copy, ids: Ids, without: ReadonlySet<TableName>): readonly CopiedRow[] {
    const laterMs = copy.at - this.#at
    const digits = hash('sha512', copy.name)
    const given = new Map(this.#ids.map(([table, id]) => [id, table === 'mailing' ? ids.mailing : ids.next(table)]))
    const mailUuid = uuidOf(digits.slice(0, 32))
    const messageId = uuidOf(digits.slice(64, 96))
    const fillings = new Map<string, string>([
      [marks.address, copy.address],
      [marks.mailId, sesId(copy.at, mailUuid)],
      [marks.mailUuid, mailUuid],
      [marks.feedbackId, sesId(copy.at, uuidOf(digits.slice(32, 64)))],
      [marks.messageId, messageId],
      [marks.hash, digits.slice(96, 112)],
    ])
    for (const [id, own] of given) fillings.set(String(id), String(own))
    for (const { text, key, effect } of this.#markers) {
      const ownKey = fromJson<EventKey>(key(fillings, laterMs))
      fillings.set(text, effectMarker(ownKey, fromJson<Effect>(effect(fillings, laterMs))))
    }
    const context = { fillings, laterMs, ids: given }
    const identity = identityOf(this.#addressed, messageId)
    return this.#shapes
      .filter(({ table }) => !without.has(table))
      .map(({ table, columns }) => {
        const row = Object.fromEntries(columns.map(([name, column]) => [name, column(context)]))
        return { table, row: withHash(table, row, identity) }
      })
  }

  #idMarks(): readonly string[] {
    return this.#ids.map(([, id]) => String(id))
  }

  #isTime(time: number): boolean {
    return Math.abs(time - this.#at) < nearMs
  }

  #column(name: string, value: Value, template: (text: string) => Template): Column {
    if (isPackedColumn(name) && value instanceof Uint8Array) {
      const json = template(jsonOf(name, value, 0))
      return ({ fillings, laterMs }) => packJson(name, json(fillings, laterMs))
    }
    if (typeof value === 'string') {
      const text = template(value)
      return ({ fillings, laterMs }) => text(fillings, laterMs)
    }
    if (typeof value === 'number') {
      if (this.#ids.some(([, id]) => id === value)) return ({ ids }) => ids.get(value) ?? value
      return this.#isTime(value) ? ({ laterMs }) => value + laterMs : () => value
    }
    if (value === null) return () => null
    // Hashes are made anew; what else is bytes is the message as it came.
    if (value.byteLength < 64) return () => value
    const text = template(Buffer.from(value).toString())
    return ({ fillings, laterMs }) => Buffer.from(text(fillings, laterMs))
  }
}

/** The keys by which repeats are known. */
function withHash(table: TableName, row: Row, identity: Uint8Array): Row {
  if (table === 'notification') return { ...row, identity }
  return table === 'mail_event' ? { ...row, key: identityOf(...keyParts(keyOf(row))) } : row
}

function keyOf(row: Row): EventKey {
  const text = (name: string): string => String(row[name])
  return {
    site: text('site'),
    sesMessageId: text('ses_message_id'),
    recipient: text('recipient'),
    kind: text('kind'),
    class: text('class'),
  }
}

function uuidOf(digits: string): string {
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-')
}

/** In the form of SES: the time in twelve hex digits within it. */
function sesId(at: number, uuid: string): string {
  return `0102${at.toString(16).padStart(12, '0')}-${uuid}-000000`
}
