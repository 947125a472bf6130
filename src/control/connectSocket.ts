import { Socket } from 'node:net'
import { socketReach } from './socketReach.ts'

/** A connection to a control socket, at a path of any length. Whatever is in its way comes as its `error`. */
export function connectSocket(socket: string): Socket {
  const connection = new Socket()
  try {
    const reach = socketReach(socket)
    // Connected or not, there is one end to each.
    connection.once('close', () => reach.release())
    connection.connect(reach.address)
  } catch (error: unknown) {
    connection.destroy(error instanceof Error ? error : new Error('the control socket cannot be reached'))
  }
  return connection
}
