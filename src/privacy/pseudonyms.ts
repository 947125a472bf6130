import { createHmac, hkdfSync } from 'node:crypto'
import { addressKey } from '../ses/addresses.ts'

/**
 * **Pseudonym**: what stands for an address that is no longer kept. It tells whether a given address was the one,
 * and nothing else; whoever has the database without the key cannot even try addresses out.
 *
 * A row that has a pseudonym in place of its address is **nameless**.
 */
export type Pseudonym = string

/** No address begins so: SES names mailboxes. */
const prefix = 'hmac:'

/** Of 256 bits 128 are kept: two of 10^12 addresses meet with a chance of 10^-15. */
const keptBytes = 16

/** Whether a column holds a pseudonym, in the words of both engines: everything that begins so lies between these. */
export function isPseudonymSql(column: string): string {
  return `(${column} >= '${prefix}' AND ${column} < 'hmac;')`
}

const markerLetters = 'abcdefghijklmnopqrstuvwxyz234567'

export function isPseudonym(text: string): boolean {
  return text.startsWith(prefix)
}

/** Makes pseudonyms with one key. The uses are kept apart, so that what is equal in two of them does not meet. */
export class Pseudonyms {
  readonly #addresses: Uint8Array
  readonly #keys: Uint8Array
  readonly #markers: Uint8Array

  /** @param key 32 random bytes, kept as no secret of the database alone */
  constructor(key: Uint8Array) {
    const derived = (use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', key, '', `civicrm-ses ${use}`, 32))
    this.#addresses = derived('address')
    this.#keys = derived('event key')
    this.#markers = derived('marker')
  }

  /** Of an address in any spelling. That of a pseudonym is itself. */
  of(address: string): Pseudonym {
    const key = addressKey(address)
    return isPseudonym(key) ? key : prefix + digest(this.#addresses, key).toString('hex')
  }

  /** In place of the ledger's stored key of a mail event, which without a key tells a guessed address from a wrong one. */
  eventKey(parts: readonly string[]): Uint8Array {
    return digest(this.#keys, JSON.stringify(parts))
  }

  /** In place of an effect's marker, for the same reason; as long as it, in its letters. */
  marker(marker: string): string {
    const bytes = digest(this.#markers, marker)
    return Array.from(marker, (_letter, index) => markerLetters[(bytes[index % keptBytes] ?? 0) & 31] ?? '').join('')
  }
}

/** null: none was ever made, so nothing is nameless. */
export type KnownPseudonyms = () => Pseudonyms | null

function digest(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest().subarray(0, keptBytes)
}
