import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'
import { seededBytes } from './bytes.ts'

/** Bytes for a connection, which no HTTP client would send. */
export interface RawRequest {
  readonly bytes: Buffer
  /** An answer is due without a further byte; else the peer ends the connection in the middle. */
  readonly complete: boolean
}

/** Of a good message; from its parts a request is put together wrongly. */
export interface RawParts {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type Assemble = (random: Random, parts: RawParts) => RawRequest

/** Half of what a request promises, more than it promises, or what is no HTTP at all. */
const ways: readonly Assemble[] = [
  (_random, parts) => whole(head(parts), parts.body),
  (_random, parts) => whole(head(parts, { line: `POST ${parts.path} HTTP/1.0` }), parts.body),
  (random, parts) => whole(head(parts, { line: pick(random, badLines) }), parts.body),
  (_random, parts) => whole(head(parts, { host: '' }), parts.body),
  (random, parts) =>
    whole(
      head(parts, { length: pick(random, ['-1', '1e3', '0x10', '999999999999999999999', '12, 12', '']) }),
      parts.body,
    ),
  (_random, parts) => cut(head(parts, { length: String(parts.body.length + 10) }), parts.body),
  (_random, parts) => whole(head(parts, { length: String(Math.max(0, parts.body.length - 10)) }), parts.body),
  (_random, parts) => whole(head(parts, { further: `Content-Length: ${parts.body.length + 1}\r\n` }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'Transfer-Encoding: chunked\r\n' }), parts.body),
  (_random, parts) => whole(head(parts, { further: `X-Large: ${'x'.repeat(20_000)}\r\n` }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'X: 1\r\n'.repeat(2500) }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'Expect: 100-continue\r\n' }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'Expect: the impossible\r\n' }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'Connection: Upgrade\r\nUpgrade: websocket\r\n' }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'Bad Header Name: 1\r\n' }), parts.body),
  (_random, parts) => whole(head(parts, { further: 'X-Text: a\0b\u00FF\r\n folded\r\n' }), parts.body),
  (_random, parts) =>
    whole(head(parts, { further: 'X-Amz-Sns-Message-Id: 1\r\nX-Amz-Sns-Message-Id: 2\r\n' }), parts.body),
  (random, parts) =>
    whole(head(parts, { length: null, further: 'Transfer-Encoding: chunked\r\n' }), chunks(random, parts.body)),
  (random, parts) =>
    cut(head(parts, { length: null, further: 'Transfer-Encoding: chunked\r\n' }), badChunks(random, parts.body)),
  (_random, parts) => whole(head(parts, { length: null, further: 'Transfer-Encoding: gzip, chunked\r\n' }), parts.body),
  (random, parts) => cut(head(parts), parts.body.subarray(0, wholeNumber(random, parts.body.length))),
  (random, parts) => cut(head(parts).slice(0, wholeNumber(random, 60)), Buffer.alloc(0)),
  // Two at once, the second without waiting for the answer to the first.
  (_random, parts) => whole(head(parts), Buffer.concat([parts.body, Buffer.from(head(parts)), parts.body])),
  (random) => ({ bytes: seededBytes(random, 1 + wholeNumber(random, 2000)), complete: false }),
  // A TLS greeting, and that of HTTP/2.
  () => ({ bytes: Buffer.from('16030100050100000100', 'hex'), complete: false }),
  () => ({ bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), complete: false }),
]

export function rawRequest(random: Random, parts: RawParts): RawRequest {
  return pick(random, ways)(random, parts)
}

const badLines = [
  'post /civicrm/ses/webhook HTTP/1.1',
  'POST /civicrm/ses/webhook HTTP/9.9',
  'POST /civicrm/ses/webhook',
  'POST  /civicrm/ses/webhook  HTTP/1.1',
  'POST http://elsewhere.example.net/civicrm/ses/webhook HTTP/1.1',
  'POST civicrm/ses/webhook HTTP/1.1',
  'POST * HTTP/1.1',
  'POST /civicrm/ses/web\0hook HTTP/1.1',
  'POST /civicrm/ses/webhook\u00FF HTTP/1.1',
  'BREW /civicrm/ses/webhook HTTP/1.1',
  'CONNECT 127.0.0.1:80 HTTP/1.1',
  'TRACE /civicrm/ses/webhook HTTP/1.1',
  ' POST /civicrm/ses/webhook HTTP/1.1',
  '',
] as const

interface Head {
  readonly line?: string
  readonly host?: string
  /** null: none. */
  readonly length?: string | null
  readonly further?: string
}

function head({ path, headers, body }: RawParts, { line, host, length, further = '' }: Head = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const size = length === null ? '' : `Content-Length: ${length ?? body.length}\r\n`
  const where = host === '' ? '' : 'Host: gateway.example.org\r\n'
  return `${line ?? `POST ${path} HTTP/1.1`}\r\n${where}${lines.join('')}${size}${further}\r\n`
}

function whole(text: string, body: Buffer): RawRequest {
  return { bytes: Buffer.concat([Buffer.from(text, 'latin1'), body]), complete: true }
}

function cut(text: string, body: Buffer): RawRequest {
  return { ...whole(text, body), complete: false }
}

function chunks(random: Random, body: Buffer): Buffer {
  const at = wholeNumber(random, body.length)
  const pieces = [body.subarray(0, at), body.subarray(at)].filter((piece) => piece.length > 0)
  const coded = pieces.map((piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)};x=y\r\n`), piece, Buffer.from('\r\n')]),
  )
  return Buffer.concat([...coded, Buffer.from('0\r\nX-Trailer: 1\r\n\r\n')])
}

function badChunks(random: Random, body: Buffer): Buffer {
  const size = pick(random, ['zz', '-1', 'ffffffffffffffffff', '', '5 5', (body.length + 5).toString(16)])
  return Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
}
