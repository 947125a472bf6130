import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { Agent } from 'undici'
import type { HttpRequest } from './httpRequest.ts'
import type { RawRequest } from './rawRequest.ts'

/** Statuses that came back, mostly one; or why none did. */
export type Reply =
  | { readonly statuses: readonly number[]; readonly error: null }
  | { readonly statuses: readonly []; readonly error: string }

/** SNS waits so long. */
const patienceMs = 15_000

/** How long a connection that was left in the middle of a request stays open. */
const brokenOffMs = 30

/** Sends requests to a gateway on this machine. */
export class Sender {
  readonly #port: number
  readonly #agent: Agent

  constructor(port: number, connections: number) {
    this.#port = port
    this.#agent = new Agent({ connections, pipelining: 1 })
  }

  async sendHttp({ method, path, headers, body, chunked }: HttpRequest): Promise<Reply> {
    try {
      const answer = await this.#agent.request({
        origin: `http://127.0.0.1:${this.#port}`,
        method,
        path,
        headers,
        body: chunked ? Readable.from([body.subarray(0, body.length >> 1), body.subarray(body.length >> 1)]) : body,
        signal: AbortSignal.timeout(patienceMs),
      })
      await answer.body.dump()
      return { statuses: [answer.statusCode], error: null }
    } catch (error: unknown) {
      return { statuses: [], error: codeOf(error) }
    }
  }

  /** On a connection of its own, which ends with the first answer, or soon where none is due. */
  async sendRaw({ bytes, complete }: RawRequest): Promise<Reply> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.#port })
      let received = ''
      let error: string | null = null
      socket.setTimeout(complete ? patienceMs : brokenOffMs, () => socket.destroy())
      socket.on('connect', () => socket.write(bytes))
      socket.on('data', (part: Buffer) => {
        received += part.toString('latin1')
        // A preliminary answer is followed by the one that counts.
        if (!received.startsWith('HTTP/1.1 100 ') || /\r\nHTTP\/1\.1 /.test(received)) socket.destroy()
      })
      socket.on('error', (fault) => (error = codeOf(fault)))
      socket.on('close', () => {
        const statuses = Array.from(received.matchAll(/^HTTP\/1\.1 (\d{3})/gm), ([, status]) => Number(status))
        resolve(statuses.length === 0 ? { statuses: [], error: error ?? 'closed' } : { statuses, error: null })
      })
    })
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'timeout'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
