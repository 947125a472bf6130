import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Latencies, latenciesOf } from '../../src/simulator/latencies.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'

export interface LoopResult {
  readonly perSecond: number
  readonly latency: Latencies
}

/** As many as SNS opens in a burst. */
const connections = 48

/**
 * Posts all requests, each connection its next one as soon as the one before is answered: so fast as the server
 * takes them. Written on bare sockets, since sender and server share the machine.
 *
 * @param ports of the servers among which the connections are shared out
 * @throws Error where one is answered otherwise than with 200
 */
export async function closedLoop(ports: readonly number[], requests: readonly SnsRequest[]): Promise<LoopResult> {
  const bytes = requests.map((request) => bytesOf(request))
  const latencies: number[] = []
  let next = 0
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const socket = connect({ host: '127.0.0.1', port: ports[index % ports.length] ?? 0, noDelay: true })
      await once(socket, 'connect')
      for (let mine = bytes[next++]; mine !== undefined; mine = bytes[next++]) {
        const asked = performance.now()
        socket.write(mine)
        const status = await answer(socket)
        if (status !== 200) throw new Error(`a genuine message was answered ${status}`)
        latencies.push(performance.now() - asked)
      }
      socket.destroy()
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  return { perSecond: requests.length / seconds, latency: latenciesOf(latencies) ?? { p50: 0, p99: 0, max: 0 } }
}

function bytesOf({ headers, body }: SnsRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `POST /civicrm/ses/webhook HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Both servers say how long their answers are, or that they have no body, and answer one request at a time. */
async function answer(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    const onData = (part: Buffer): void => {
      text += part.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      done()
      resolve(Number(text.slice(9, 12)))
    }
    const onEnd = (): void => {
      done()
      reject(new Error('the connection was closed without an answer'))
    }
    const done = (): void => {
      socket.off('data', onData)
      socket.off('close', onEnd)
      socket.off('error', onEnd)
    }
    socket.on('data', onData)
    socket.on('close', onEnd)
    socket.on('error', onEnd)
  })
}
