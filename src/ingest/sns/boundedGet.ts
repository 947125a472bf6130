import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici'

export interface GetLimits {
  readonly maxBytes: number
  /** From the call to the last byte. */
  readonly timeoutMs: number
}

export type GetAnswer =
  | { readonly ok: true; readonly status: number; readonly body: Buffer }
  /** `reason` never holds the URL, which may contain a token. */
  | { readonly ok: false; readonly reason: string }

/** One GET, without redirects, bounded in size and time. Never rejects. */
export type BoundedGet = (url: string, limits: GetLimits) => Promise<GetAnswer>

/**
 * The connections through which certificates and confirmations are fetched. TLS is verified even where
 * NODE_TLS_REJECT_UNAUTHORIZED says otherwise: an unverified certificate file would let anyone sign.
 * HTTPS_PROXY and NO_PROXY are heeded.
 *
 * @param ca PEM of authorities to trust in place of the built-in ones
 */
export function createGetDispatcher(ca?: string): Dispatcher {
  const tls = ca === undefined ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca }
  return new EnvHttpProxyAgent({ connect: tls, requestTls: tls, connections: 16 })
}

/** The caller closes the dispatcher when no more calls will come. */
export function createBoundedGet(dispatcher: Dispatcher): BoundedGet {
  return async function boundedGet(url, limits) {
    try {
      const signal = AbortSignal.timeout(limits.timeoutMs)
      // undici's `request` follows no redirect by itself and does not unpack what is packed.
      const { statusCode, body } = await request(url, { dispatcher, signal })
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of body) {
        const bytes: Buffer = chunk
        size += bytes.length
        // Leaving the loop destroys the stream, and with it the connection.
        if (size > limits.maxBytes) return { ok: false, reason: `the answer is larger than ${limits.maxBytes} bytes` }
        chunks.push(bytes)
      }
      return { ok: true, status: statusCode, body: Buffer.concat(chunks) }
    } catch (error: unknown) {
      return { ok: false, reason: faultOf(error) }
    }
  }
}

/** A code such as ECONNREFUSED or CERT_HAS_EXPIRED. Not the error's text: it may hold parts of the request. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  if (error.name === 'TimeoutError') return 'no answer in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
