import { connect, type Socket } from 'node:net'

export interface RawConnection {
  readonly socket: Socket
  /** Sends bytes as they are. */
  send(text: string | Buffer): void
  /** All that has come so far. */
  received(): string
  /** Resolves when the text has come; rejects when the connection ends before. */
  until(text: string): Promise<string>
  /** Resolves with all that came when the peer has ended or reset the connection. */
  ended(): Promise<string>
}

/** A connection whose every byte is the test's: for requests that no HTTP client would send. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect({ host: '127.0.0.1', port })
  let text = ''
  let over = false
  const waiting = new Set<() => void>()
  const changed = (): void => {
    for (const look of waiting) look()
  }
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1')
    changed()
  })
  // A reset is one of the ways in which a server may end a connection.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    over = true
    changed()
  })
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', () => resolve())
  })
  const when = async (done: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (done()) resolve(text)
        else if (over) reject(new Error(`the connection ended after ${JSON.stringify(text)}`))
        else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    received: () => text,
    until: async (wanted) => when(() => text.includes(wanted)),
    ended: async () => when(() => over),
  }
}
