import { chmodSync, rmSync } from 'node:fs'
import http from 'node:http'
import { callOperation } from './call.ts'
import type { OperationContext } from './context.ts'
import { type Answer, failureOf, requestSchema } from './wire.ts'

const largestRequest = 16 * 1024 * 1024

/**
 * Listens at the control socket for commands of the same user (mode 0600). The socket of a crashed
 * gateway is removed first: the caller holds the folder's lock, so nobody else can be listening.
 */
export class ControlServer {
  readonly #socket: string
  readonly #server: http.Server

  constructor(socket: string, context: OperationContext) {
    this.#socket = socket
    this.#server = http.createServer((request, response) => {
      void reply(request, response, context)
    })
  }

  async start(): Promise<void> {
    rmSync(this.#socket, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#socket, () => {
        chmodSync(this.#socket, 0o600)
        resolve()
      })
    })
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
    rmSync(this.#socket, { force: true })
  }
}

async function reply(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  context: OperationContext,
): Promise<void> {
  const value = await answer(request, context)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

async function answer(request: http.IncomingMessage, context: OperationContext): Promise<Answer> {
  try {
    const { operation, input } = requestSchema.parse(JSON.parse(await readBody(request)))
    return { ok: true, value: await callOperation(context, operation, input) }
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
