/**
 * A text may hold an address in ways that no search for its letters finds: percent-encoded in a link, as an encoded
 * word of a header (RFC 2047), in base64 or quoted-printable in a mail, escaped within JSON. To look for it the whole
 * text is decoded, once for each way that it has a sign of: millions of rows are looked at. Only where something is
 * found, the pieces that are written so are taken apart.
 */
interface Encoding {
  /** Without it nothing in the text is written so. */
  readonly sign: string
  readonly decode: (text: string) => string
  /** The pieces of a text that may be written so. */
  readonly piece: RegExp
}

/** The end of a line in a mail, also as it stands within JSON. */
const lineEnd = String.raw`(?:\r?\n|(?:\\+r)?\\+n)`

const encodings: readonly Encoding[] = [
  { sign: '%', decode: percentDecoded, piece: /[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi },
  { sign: '=?', decode: wordsDecoded, piece: /=\?[^?\s]{1,40}\?[bq]\?[^?]*\?=/gi },
  { sign: '\\u', decode: unescaped, piece: /[^\s"'<>]*\\+u[0-9a-f]{4}[^\s"'<>]*/gi },
  { sign: '=', decode: quotedDecoded, piece: /(?:[^\s"'<>]|=\r?\n)*=(?:[0-9a-f]{2}|\r?\n)(?:[^\s"'<>]|=\r?\n)*/gi },
  { sign: '&#', decode: entitiesDecoded, piece: /[^\s"'<>]*&#x?[0-9a-f]{2,6};[^\s"'<>]*/gi },
]

/** Shorter ones hold no address. A line of a mail's body is 76 characters, and an address may be on two of them. */
const base64 = new RegExp(String.raw`[A-Za-z0-9+/_-]{12,}(?:${lineEnd}[A-Za-z0-9+/_-]+)*={0,2}`, 'g')
const lineEnds = new RegExp(lineEnd, 'g')

type Fits = (decoded: string) => boolean

/** Whether the text, decoded, is one that `fits`. Twice encoded is found too. */
export function isWithin(text: string, fits: Fits): boolean {
  return isDecodedWithin(text, fits, 2) || isInBase64(text, fits)
}

/** The text with `instead` in place of the pieces that fit when they are decoded. */
export function withoutWithin(text: string, fits: Fits, instead: string): string {
  const cut = (piece: string, decoded: string): string =>
    decoded !== piece && (fits(decoded) || isWithin(decoded, fits)) ? instead : piece
  const left = encodings.reduce(
    (before, { sign, piece, decode }) =>
      before.includes(sign) ? before.replaceAll(piece, (one) => cut(one, decode(one))) : before,
    text,
  )
  return left.replaceAll(base64, (one) => cut(one, base64Decoded(one)))
}

function isDecodedWithin(text: string, fits: Fits, depth: number): boolean {
  return encodings.some(({ sign, decode }) => {
    if (!text.includes(sign)) return false
    const decoded = decode(text)
    return decoded !== text && (fits(decoded) || (depth > 1 && isDecodedWithin(decoded, fits, depth - 1)))
  })
}

function isInBase64(text: string, fits: Fits): boolean {
  return (text.match(base64) ?? []).some((piece) => {
    const decoded = base64Decoded(piece)
    return fits(decoded) || isDecodedWithin(decoded, fits, 1)
  })
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => fromBytes(run.replaceAll('%', ''), 'hex'))
}

function quotedDecoded(text: string): string {
  return text
    .replaceAll(/=(?:\r?\n|(?:\\+r)?\\+n)/g, '')
    .replaceAll(/(?:=[0-9a-f]{2})+/gi, (run) => fromBytes(run.replaceAll('=', ''), 'hex'))
}

function wordsDecoded(text: string): string {
  return text.replaceAll(/=\?[^?\s]{1,40}\?([bq])\?([^?]*)\?=/gi, (_all, encoding: string, body: string) =>
    encoding.toLowerCase() === 'b' ? fromBytes(body, 'base64') : quotedDecoded(body.replaceAll('_', ' ')),
  )
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

function base64Decoded(piece: string): string {
  return fromBytes(piece.replaceAll(lineEnds, ''), 'base64')
}

/** UTF-8, as far as it is. */
function fromBytes(text: string, encoding: 'base64' | 'hex'): string {
  return Buffer.from(text, encoding).toString('utf8')
}
