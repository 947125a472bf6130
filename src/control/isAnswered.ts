import { connectSocket } from './connectSocket.ts'

/** Whether somebody listens at a control socket; false also where it is not there, or was left behind by a crash. */
export async function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connectSocket(socket)
    connection.once('connect', () => {
      resolve(true)
      connection.destroy()
    })
    connection.once('error', () => resolve(false))
  })
}
