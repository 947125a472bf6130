/**
 * The few values of DER (ITU-T X.690) that a certificate is made of. Node reads X.509 and does not write
 * it; the packages that do bring ten others along or a cryptography of their own, for one fixed shape.
 */

const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Any value by its tag; the ones below are written in terms of it. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content])
}

/** Up to 127 in one byte; from there on a byte that counts the bytes of the number (X.690, 8.1.3). */
function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes = base256(length)
  return [0x80 | bytes.length, ...bytes]
}

function base256(value: number): readonly number[] {
  return value < 0x100 ? [value] : [...base256(Math.floor(value / 0x100)), value % 0x100]
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(tags.sequence, ...parts)

export const set = (...parts: readonly Uint8Array[]): Buffer => der(tags.set, ...parts)

export const octetString = (content: Uint8Array): Buffer => der(tags.octetString, content)

export const utf8String = (text: string): Buffer => der(tags.utf8String, Buffer.from(text))

export const nothing = (): Buffer => der(tags.null)

/** Whole bytes only: the leading zero says that no bit of the last one is unused. */
export const bitString = (content: Uint8Array): Buffer => der(tags.bitString, Buffer.of(0), content)

/** Unsigned, of any length, most significant byte first. DER wants the fewest bytes that keep it positive. */
export function unsigned(value: Uint8Array): Buffer {
  const start = value.findIndex((byte) => byte !== 0)
  const shortest = start === -1 ? Buffer.of(0) : value.subarray(start)
  return (shortest[0] ?? 0) < 0x80 ? der(tags.integer, shortest) : der(tags.integer, Buffer.of(0), shortest)
}

/** @param dotted e.g. `2.5.4.3`; the first two arcs share a byte, each arc is written in base 128 */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  const bytes = [40 * first + second, ...arcs].flatMap((arc) => base128(arc))
  return der(tags.objectIdentifier, Buffer.from(bytes))
}

/** Every byte but the last has its top bit set. */
function base128(value: number, last = true): readonly number[] {
  const low = (value % 0x80) | (last ? 0 : 0x80)
  return value < 0x80 ? [low] : [...base128(Math.floor(value / 0x80), false), low]
}

/**
 * A moment of a certificate's validity, cut to the second. RFC 5280 (4.1.2.5) wants two digits of the
 * year up to 2049 and four from 2050 on.
 *
 * @param at epoch milliseconds
 */
export function validityTime(at: number): Buffer {
  const digits = new Date(at).toISOString().slice(0, 19).replaceAll(/\D/g, '')
  const short = new Date(at).getUTCFullYear() < 2050
  return short
    ? der(tags.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : der(tags.generalizedTime, Buffer.from(`${digits}Z`))
}
