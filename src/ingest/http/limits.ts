/** What one peer, or all of them together, may cost. The defaults are far above what SNS does. */
export interface HttpLimits {
  /** Bytes of a body. SNS: 256 KiB of text, which JSON escaping can make 1.5 MiB. @default 2 MiB */
  readonly bodyBytes: number
  /** Bytes of all bodies in memory, each from its first byte until it is answered. @default 64 MiB */
  readonly heldBytes: number
  /** Messages being verified and stored; more of them than a disk can take are better repeated later. @default 512 */
  readonly inWork: number
  /** Connections; those beyond are closed at once, and the idle ones with them, to make room. @default 1024 */
  readonly connections: number
  /** From the first byte, or the connection, to the end of the headers. @default 10 s */
  readonly headersMs: number
  /** To the end of the body; SNS itself gives up after 15 s. @default 20 s */
  readonly requestMs: number
  /** Silence on a connection while a request is being answered. @default 60 s */
  readonly silenceMs: number
  /** Between requests; longer than proxies keep an idle connection (Caddy 120 s), so that they close first. @default 130 s */
  readonly keepAliveMs: number
  /** After a stop, for what was sent of a request to come to its end; it is answered 503 all the same. @default 1 s */
  readonly stopMs: number
}

const second = 1000
const mebibyte = 1024 * 1024

export const defaultHttpLimits: HttpLimits = {
  bodyBytes: 2 * mebibyte,
  heldBytes: 64 * mebibyte,
  inWork: 512,
  connections: 1024,
  headersMs: 10 * second,
  requestMs: 20 * second,
  silenceMs: 60 * second,
  keepAliveMs: 130 * second,
  stopMs: second,
}
