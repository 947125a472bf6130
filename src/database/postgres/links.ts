import { Socket } from 'node:net'

/**
 * The TCP connections of one opening of the database. On a link that died without a word even a goodbye is never
 * answered, and `pg` would wait for as long as the kernel goes on trying: a quarter of an hour.
 */
export class Links {
  readonly #open = new Set<Socket>()

  /** For `pg`, which connects it. */
  readonly make = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  /** Whatever is still open. */
  cut(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
