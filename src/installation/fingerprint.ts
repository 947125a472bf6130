import { hash } from 'node:crypto'
import type { Row, Table } from './tables.ts'

/**
 * A row as text, the same wherever it is kept: JSON, with bytes as base64, and with U+FFFD for NUL, which PostgreSQL
 * cannot hold in a text. It is what travels in a backup too.
 */
export function rowText(row: Row): string {
  return JSON.stringify(row.map((value) => (value instanceof Uint8Array ? base64(value) : sameText(value))))
}

/** @throws TypeError where it is no row of that table */
export function rowOfText(table: Table, text: string): Row {
  const values: unknown = JSON.parse(text)
  if (!Array.isArray(values) || values.length !== table.columns.length)
    throw new TypeError(`a row of ${table.name} has another number of values than the table has columns`)
  return table.columns.map(({ name, kind }, index) => {
    const value: unknown = values[index]
    if (value === null) return null
    if (kind === 'integer' && typeof value === 'number') return value
    if (kind !== 'integer' && typeof value === 'string') return kind === 'bytes' ? Buffer.from(value, 'base64') : value
    throw new TypeError(`${table.name}.${name} is no ${kind}`)
  })
}

/**
 * What rows hold, as one hash whatever their order: the hashes of the rows, combined by XOR. So a row is taken out
 * as it was put in, and nobody has to read a table again because one of its rows changed. That two different sets
 * meet by accident is as good as impossible; it is no protection against somebody who makes up rows to that end.
 */
export class Fingerprint {
  readonly #words: Uint32Array

  constructor(hex = '') {
    const bytes = new Uint8Array(32)
    bytes.set(Buffer.from(hex, 'hex').subarray(0, 32))
    this.#words = new Uint32Array(bytes.buffer)
  }

  /** Puts a row in, or takes it out. */
  toggle(row: Row): void {
    this.toggleText(rowText(row))
  }

  toggleText(text: string): void {
    const digest = hash('sha256', text, 'buffer')
    for (let index = 0; index < 8; index += 1) this.#xor(index, digest.readUInt32LE(index * 4))
  }

  /** Puts all that another one holds in, or takes it out. */
  combine(other: Fingerprint): void {
    for (let index = 0; index < 8; index += 1) this.#xor(index, other.#words[index] ?? 0)
  }

  #xor(index: number, word: number): void {
    this.#words[index] = (this.#words[index] ?? 0) ^ word
  }

  get hex(): string {
    return Buffer.from(this.#words.buffer).toString('hex')
  }
}

export function fingerprintOf(rows: Iterable<Row>): Fingerprint {
  const fingerprint = new Fingerprint()
  for (const row of rows) fingerprint.toggle(row)
  return fingerprint
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

function sameText(value: string | number | null): string | number | null {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}
