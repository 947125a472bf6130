import { hash } from 'node:crypto'

/** Bytes kept of a SHA-256: two of 10^12 rows meet with a chance of 10^-15. */
const kept = 16

/**
 * A short key for a unique index that stands for several texts. The texts are told apart as JSON does it:
 * ("ab", "c") and ("a", "bc") differ.
 */
export function identityOf(...texts: readonly string[]): Uint8Array {
  return hash('sha256', JSON.stringify(texts), 'buffer').subarray(0, kept)
}

/** As text, by which maps and sets go. */
export function hex(identity: Uint8Array): string {
  return Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength).toString('hex')
}
