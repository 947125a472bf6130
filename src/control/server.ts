import { chmodSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { Timers } from '../timers.ts'
import type { Asker } from './operation.ts'
import { type SocketReach, socketReach } from './socketReach.ts'
import { type Answer, failureOf, requestSchema } from './wire.ts'

/** Runs an operation. */
export type Call = (name: string, input: unknown, asker: Asker) => Promise<unknown>

/** For the step of an operation that is under way, also where others took all the time that there was. */
const stepMs = 1000

const largestRequest = 16 * 1024 * 1024

/** Commands at once, of one user on one machine. */
const mostConnections = 100

/**
 * Listens at the control socket for commands of the same user (mode 0600). The socket of a crashed
 * gateway is removed first: the caller holds the folder's lock, so nobody else can be listening.
 */
export class ControlServer {
  readonly #socket: string
  readonly #server: http.Server
  readonly #timers: Timers
  /** While it listens: the system removes the socket by this address at the end. */
  #reach: SocketReach | null = null
  /** Ends what takes long. */
  readonly #stopping = new AbortController()

  constructor(socket: string, call: Call, timers: Timers) {
    this.#socket = socket
    this.#timers = timers
    this.#server = http.createServer((request, response) => {
      void reply(request, response, { call, stopping: this.#stopping.signal })
    })
    this.#server.maxConnections = mostConnections
    // One that the system cannot give is the command's trouble, and must not be the gateway's end.
    this.#server.on('error', () => undefined)
  }

  async start(): Promise<void> {
    rmSync(this.#socket, { force: true })
    const { address } = (this.#reach = socketReach(this.#socket))
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(address, () => {
        chmodSync(this.#socket, 0o600)
        resolve()
      })
    })
  }

  /**
   * Resolves when every operation has answered; long ones break off. Whoever waits for one that has not done so at the
   * deadline (a site that is asked there is silent, say) is told that it was broken off, and is not waited for.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort()
    const cancel = this.#timers.after(Math.max(deadlineMs, stepMs), () => this.#server.closeAllConnections())
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
    cancel()
    this.#reach?.release()
    this.#reach = null
    rmSync(this.#socket, { force: true })
  }
}

interface Parts {
  readonly call: Call
  readonly stopping: AbortSignal
}

async function reply(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { call, stopping }: Parts,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.setHeader('content-type', 'application/x-ndjson')
  const value = await answer(request, call, {
    signal: AbortSignal.any([gone.signal, stopping]),
    progress: (text) => {
      if (!response.destroyed) response.write(line({ progress: text }))
    },
  })
  response.end(line(value))
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

async function answer(request: http.IncomingMessage, call: Call, asker: Asker): Promise<Answer> {
  try {
    const { operation, input } = requestSchema.parse(JSON.parse(await readBody(request)))
    return { ok: true, value: await call(operation, input, asker) }
  } catch (error) {
    return { ok: false, error: failureOf(error) }
  }
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > largestRequest) throw new Error('the request is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
