import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

export interface Coded {
  /** `Content-Encoding`, as sent. */
  readonly coding: string
  /** Bytes of the unpacked body at most. */
  readonly sizeLimit: number
}

/**
 * A body as it was before a web server packed it. The gateway asks for none to be packed, but proxies and
 * `zlib.output_compression` are set up to do so all the same, and the call behind such an answer was carried out.
 * What packs it in a way unheard of is left as it is: it will be no JSON.
 *
 * @throws what zlib throws for a body that is damaged, or too long: see {@link isTooLong}
 */
export async function decoded(body: Buffer, { coding, sizeLimit }: Coded): Promise<Buffer> {
  const unpack = unpackers.get(coding.trim().toLowerCase())
  return unpack === undefined || body.length === 0 ? body : unpack(body, { maxOutputLength: sizeLimit })
}

/** A few bytes may unpack to gigabytes. */
export function isTooLong(cause: unknown): boolean {
  return cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
}
