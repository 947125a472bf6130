import { Agent } from 'undici'
import type { SnsRequest } from './topic.ts'

/** How one attempt ended, and how long it took. */
export type Answer =
  | {
      readonly status: number
      readonly ms: number
      /** How the body of an answer other than 2xx begins: a gateway says there why. */
      readonly words?: string
    }
  /** No answer: `timeout`, or a code such as ECONNREFUSED. */
  | { readonly status: null; readonly error: string; readonly ms: number }

/** Posts one request once. Never rejects. Tests put their own in its place. */
export type Post = (request: SnsRequest) => Promise<Answer>

export interface HttpPost {
  readonly post: Post
  /** Waits for what is under way and closes the connections. */
  close(): Promise<void>
}

/** SNS waits so long for an answer. */
const patience = 15_000

/** Characters that are kept of a body. */
const wordsAtMost = 300

export interface HttpPostOptions {
  /** Where the subscription points. */
  readonly url: string
  /** @default 64, which is far from what SNS may open, and enough for a measurement */
  readonly connections?: number
  /** Milliseconds. @default SNS's 15 s */
  readonly timeoutMs?: number
}

/** Over HTTP, with connections that are kept open; follows no redirect, as SNS does not. */
export function httpPost({ url, connections = 64, timeoutMs = patience }: HttpPostOptions): HttpPost {
  const target = new URL(url)
  const agent = new Agent({ connections, pipelining: 1, connectTimeout: timeoutMs })
  const path = `${target.pathname}${target.search}`

  async function post({ headers, body }: SnsRequest): Promise<Answer> {
    const begun = performance.now()
    const ms = (): number => performance.now() - begun
    try {
      const { statusCode, body: answer } = await agent.request({
        origin: target.origin,
        path,
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      // Unread bodies would keep their connections.
      if (statusCode >= 200 && statusCode < 300) {
        await answer.dump()
        return { status: statusCode, ms: ms() }
      }
      const words = await beginningOf(answer)
      return { status: statusCode, ms: ms(), ...(words === '' ? {} : { words }) }
    } catch (error: unknown) {
      return { status: null, error: faultOf(error), ms: ms() }
    }
  }

  return { post, close: async () => agent.close() }
}

/** Read to its end all the same, so that the connection can be used again. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  let read = Buffer.alloc(0)
  for await (const chunk of body) if (read.length < wordsAtMost) read = Buffer.concat([read, chunk])
  return read.toString('utf8').slice(0, wordsAtMost).trim()
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError' || error.name === 'HeadersTimeoutError') return 'timeout'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
