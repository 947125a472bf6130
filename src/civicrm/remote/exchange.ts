import type { Dispatcher } from 'undici'
import { decoded, isTooLong } from './contentCoding.ts'

/** One HTTP request, complete. */
export interface Exchange {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Milliseconds for the whole exchange, connection included: a byte a second does not stretch it. */
  readonly timeoutMs: number
  /** Bytes of body that are read at most, also once they are unpacked. */
  readonly sizeLimit: number
  readonly signal?: AbortSignal | undefined
}

/** An HTTP answer, complete. */
export interface Reply {
  readonly status: number
  /** As sent, '' where absent. */
  readonly contentType: string
  readonly location: string | null
  /** When to come again (`Retry-After`), as sent. */
  readonly retryAfter: string | null
  /** The server's clock when it answered (`Date` header), epoch ms. */
  readonly date: number | null
  readonly body: string
}

/**
 * Why there is no complete answer.
 *
 * - `unsent`: no byte of the request left this machine (no name, no connection, no TLS): surely not done.
 * - `unsendable`: it cannot be written at all, for its credential: the same.
 * - `timeout`, `broken`, `aborted`, `oversized`: sent, so it may be done.
 */
export interface Lost {
  readonly lost: 'unsent' | 'unsendable' | 'timeout' | 'broken' | 'aborted' | 'oversized'
  readonly cause: unknown
}

/**
 * Does one exchange. Never rejects: no answer is an outcome like any other.
 *
 * It speaks to undici's dispatcher itself, since only there one learns whether the request had begun
 * to be written when it failed. Error codes do not tell: ECONNRESET comes before as well as after.
 * Redirects are not followed (a POST would arrive as a GET, and a credential elsewhere).
 */
export async function exchange(dispatcher: Dispatcher, request: Exchange): Promise<Reply | Lost> {
  if (request.signal?.aborted === true) return { lost: 'unsent', cause: request.signal.reason }
  return new Promise((resolve) => {
    const collector = new Collector(request, resolve)
    dispatcher.dispatch(
      {
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: { ...request.headers },
        body: request.body,
        // One clock for the whole exchange instead of undici's per step.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      collector,
    )
  })
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #request: Exchange
  readonly #resolve: (outcome: Reply | Lost) => void
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #size = 0
  #controller: Dispatcher.DispatchController | null = null
  #head: Head | null = null
  #settled = false

  constructor(request: Exchange, resolve: (outcome: Reply | Lost) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#timer = setTimeout(() => this.#giveUp('timeout', new Error('no complete answer in time')), request.timeoutMs)
    request.signal?.addEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#giveUp('aborted', this.#request.signal?.reason)

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: abort here keeps undici from writing it.
    if (this.#settled) controller.abort(new Error('given up before it was sent'))
    else this.#controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status >= 200) this.#head = { status, headers }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#request.sizeLimit) this.#giveUp('oversized', new Error('the answer is too large'))
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#head === null) this.#settle({ lost: 'broken', cause: new Error('an answer without a status') })
    else void this.#finish(this.#head)
  }

  /** Never rejects. */
  async #finish({ status, headers }: Head): Promise<void> {
    try {
      const body = await decoded(Buffer.concat(this.#chunks), {
        coding: headerText(headers, 'content-encoding') ?? '',
        sizeLimit: this.#request.sizeLimit,
      })
      const date = Date.parse(headerText(headers, 'date') ?? '')
      this.#settle({
        status,
        contentType: headerText(headers, 'content-type') ?? '',
        location: headerText(headers, 'location'),
        retryAfter: headerText(headers, 'retry-after'),
        date: Number.isNaN(date) ? null : date,
        body: body.toString('utf8'),
      })
    } catch (cause: unknown) {
      this.#settle({ lost: isTooLong(cause) ? 'oversized' : 'broken', cause })
    }
  }

  onResponseError(_: unknown, cause: Error): void {
    this.#settle({ lost: this.#controller === null ? 'unsent' : 'broken', cause })
  }

  #giveUp(lost: 'timeout' | 'aborted' | 'oversized', cause: unknown): void {
    if (this.#settled) return
    const controller = this.#controller
    this.#settle({ lost: controller === null ? 'unsent' : lost, cause })
    controller?.abort(cause instanceof Error ? cause : new Error('given up'))
  }

  #settle(outcome: Reply | Lost): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve(outcome)
  }
}

interface Head {
  readonly status: number
  readonly headers: Headers
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

function headerText(headers: Headers, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' ? value : (value?.[0] ?? null)
}
