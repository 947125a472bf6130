import type { Random } from '../clock.ts'

/**
 * Seeded randomness: the same seed and label give the same numbers on every machine, so that a run of the
 * simulator can be repeated to the byte. Not for secrets.
 *
 * The generator is Chris Doty-Humphrey's small fast counting generator (sfc32), seeded by a hash of the
 * text; its first numbers are thrown away until the seed has spread.
 *
 * @param label separates streams: what one part draws does not change what another one sees
 */
export function seededRandom(seed: number | string, label = ''): Random {
  let [a, b, c] = [hash(`${seed}/${label}`, 1), hash(`${seed}/${label}`, 2), hash(`${seed}/${label}`, 3)]
  let counter = 1
  function next(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

/** FNV-1a over UTF-16 units, begun with a different value for each word of the state. */
function hash(text: string, word: number): number {
  let value = Math.imul(0x811c9dc5, word)
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value | 0
}

/** A whole number from 0 to `below` - 1. */
export function wholeNumber(random: Random, below: number): number {
  return Math.floor(random() * below)
}

/** @param items at least one */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[wholeNumber(random, items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

/** A new array in random order. */
export function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

export function hexDigits(random: Random, count: number): string {
  return characters(random, count, '0123456789abcdef')
}

/** As CiviCRM writes its hashes since 5.67. */
export function base36Digits(random: Random, count: number): string {
  return characters(random, count, '0123456789abcdefghijklmnopqrstuvwxyz')
}

function characters(random: Random, count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[wholeNumber(random, alphabet.length)]).join('')
}

/** In the form of version 4 (RFC 9562). */
export function uuid(random: Random): string {
  const digits = hexDigits(random, 32)
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-')
}

/**
 * An id as SES gives mails and feedbacks: 16 hex digits, of which the last twelve are the time, a UUID
 * and six zeros.
 *
 * @param at epoch milliseconds
 */
export function sesId(random: Random, at: number): string {
  return `0102${at.toString(16).padStart(12, '0')}-${uuid(random)}-000000`
}
