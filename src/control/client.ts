import http from 'node:http'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { answerSchema, errorOf } from './wire.ts'

/**
 * Asks the running gateway at its control socket.
 * @returns null when no gateway listens there (no socket, or one left behind by a crash)
 * @throws GatewayError what the operation threw there; CONTROL_UNREACHABLE when the answer broke off
 */
export async function callGateway(
  socket: string,
  operation: string,
  input: unknown,
): Promise<{ readonly value: unknown } | null> {
  const body = await post(socket, JSON.stringify({ operation, input }))
  if (body === null) return null
  const answer = answerSchema.safeParse(parse(body))
  if (!answer.success)
    throw new GatewayError(
      'CONTROL_UNREACHABLE',
      'the gateway answered in a form this command does not know (another version?)',
    )
  if (!answer.data.ok) throw errorOf(answer.data.error)
  return { value: answer.data.value }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

const nobodyThere: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED'])

async function post(socket: string, body: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath: socket,
        method: 'POST',
        path: '/operation',
        headers: { 'content-type': 'application/json' },
        // A kept connection to a gateway that has stopped since would look like one that does not answer.
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')))
        response.on('error', (error) => reject(unreachable(error)))
      },
    )
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (nobodyThere.has(error.code ?? '')) resolve(null)
      else reject(unreachable(error))
    })
    request.end(body)
  })
}

function unreachable(error: unknown): GatewayError {
  return new GatewayError('CONTROL_UNREACHABLE', `the control socket does not answer: ${messageOf(error)}`, {
    cause: error,
  })
}
