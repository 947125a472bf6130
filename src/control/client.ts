import http from 'node:http'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { connectSocket } from './connectSocket.ts'
import type { Asker } from './operation.ts'
import { answerSchema, errorOf, progressSchema } from './wire.ts'

export interface Question {
  readonly operation: string
  readonly input: unknown
}

/**
 * Asks the running gateway at its control socket.
 * @returns null when no gateway listens there (no socket, or one left behind by a crash)
 * @throws GatewayError what the operation threw there; CONTROL_UNREACHABLE when the answer broke off;
 * COMMAND_BROKEN_OFF when the asker did not want to wait for it
 */
export async function callGateway(
  socket: string,
  { operation, input }: Question,
  { signal, progress }: Asker,
): Promise<{ readonly value: unknown } | null> {
  try {
    const response = await post(socket, JSON.stringify({ operation, input }), signal)
    return response === null ? null : { value: await answerIn(response, progress) }
  } catch (error: unknown) {
    if (signal.aborted) throw new GatewayError('COMMAND_BROKEN_OFF', 'the command was broken off', { cause: error })
    if (error instanceof GatewayError) throw error
    throw new GatewayError('CONTROL_UNREACHABLE', `the control socket does not answer: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function answerIn(response: http.IncomingMessage, progress: Asker['progress']): Promise<unknown> {
  for await (const line of linesOf(response)) {
    const value = parse(line)
    const word = progressSchema.safeParse(value)
    if (word.success) progress(word.data.progress)
    else {
      const answer = answerSchema.safeParse(value)
      if (!answer.success) break
      if (!answer.data.ok) throw errorOf(answer.data.error)
      return answer.data.value
    }
  }
  throw new GatewayError(
    'CONTROL_UNREACHABLE',
    'the gateway answered in a form this command does not know (another version?)',
  )
}

async function* linesOf(response: http.IncomingMessage): AsyncGenerator<string> {
  // Of one line, put together at its end: an answer may be long.
  let begun: string[] = []
  response.setEncoding('utf8')
  for await (const part of response as AsyncIterable<string>) {
    const lines = part.split('\n')
    for (const line of lines.slice(0, -1)) {
      yield [...begun, line].join('')
      begun = []
    }
    begun.push(lines.at(-1) ?? '')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const nobodyThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED'])

async function post(socket: string, body: string, signal: AbortSignal): Promise<http.IncomingMessage | null> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        // Without an agent: a kept connection to a gateway that has stopped since would look like one that does not answer.
        createConnection: () => connectSocket(socket),
        method: 'POST',
        path: '/operation',
        headers: { 'content-type': 'application/json' },
        signal,
      },
      resolve,
    )
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (nobodyThere.has(error.code ?? '')) resolve(null)
      else reject(error)
    })
    request.end(body)
  })
}
