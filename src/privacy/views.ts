/**
 * A text may hold an address in ways that no search for its letters finds: percent-encoded in a link, as an encoded
 * word of a header (RFC 2047), in base64 or quoted-printable in a mail, escaped within JSON. Here each such way is a
 * pattern for the pieces of a text that are written so, and what they say.
 */
interface Encoding {
  readonly piece: RegExp
  readonly decode: (piece: string) => string
}

const encodings: readonly Encoding[] = [
  { piece: /[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi, decode: percentDecoded },
  { piece: /=\?[^?\s]{1,40}\?[bq]\?[^?]*\?=/gi, decode: wordDecoded },
  // A line of a mail's body is 76 characters, and an address may be on two of them.
  { piece: /(?:[A-Za-z0-9+/_-]{4,}\r?\n?)*[A-Za-z0-9+/_-]{12,}={0,2}/g, decode: (piece) => fromBytes(piece, 'base64') },
  { piece: /[^\s"'<>]*(?:\\+u[0-9a-f]{4}[^\s"'<>]*)+/gi, decode: unescaped },
  { piece: /(?:[^\s"'<>]|=\r?\n)*=(?:[0-9a-f]{2}|\r?\n)(?:[^\s"'<>]|=\r?\n)*/gi, decode: quotedDecoded },
  { piece: /[^\s"'<>]*&#x?[0-9a-f]{2,6};[^\s"'<>]*/gi, decode: entitiesDecoded },
]

/** Whether a piece of the text, decoded, is one that `fits`. Twice encoded is found too. */
export function isWithin(text: string, fits: (decoded: string) => boolean, depth = 2): boolean {
  return encodings.some(({ piece, decode }) =>
    (text.match(piece) ?? []).some((one) => {
      const decoded = decode(one)
      return decoded !== one && (fits(decoded) || (depth > 1 && isWithin(decoded, fits, depth - 1)))
    }),
  )
}

/** The text with `instead` in place of such pieces. */
export function withoutWithin(text: string, fits: (decoded: string) => boolean, instead: string): string {
  return encodings.reduce(
    (left, { piece, decode }) =>
      left.replaceAll(piece, (one) => {
        const decoded = decode(one)
        return decoded !== one && (fits(decoded) || isWithin(decoded, fits, 1)) ? instead : one
      }),
    text,
  )
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => fromBytes(run.replaceAll('%', ''), 'hex'))
}

function quotedDecoded(text: string): string {
  return text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9a-f]{2})+/gi, (run) => fromBytes(run.replaceAll('=', ''), 'hex'))
}

function wordDecoded(word: string): string {
  const [, , encoding = '', body = ''] = word.split('?')
  return encoding.toLowerCase() === 'b' ? fromBytes(body, 'base64') : quotedDecoded(body.replaceAll('_', ' '))
}

function unescaped(text: string): string {
  return text.replaceAll(/\\+u([0-9a-f]{4})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function entitiesDecoded(text: string): string {
  return text.replaceAll(/&#(x?)([0-9a-f]{2,6});/gi, (all, x: string, digits: string) => {
    const code = Number.parseInt(digits, x === '' ? 10 : 16)
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : all
  })
}

/** UTF-8, as far as it is. */
function fromBytes(text: string, encoding: 'base64' | 'hex'): string {
  return Buffer.from(text, encoding).toString('utf8')
}
