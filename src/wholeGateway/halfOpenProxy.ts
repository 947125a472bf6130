import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A link that can die without a word, as one does when a firewall forgets it or a machine loses its power: neither
 * side hears that the other is gone, and what is sent arrives nowhere. What is connected to a dead link stays
 * dead; what connects after it has come back is served.
 */
export class HalfOpenProxy {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #dead = false

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<HalfOpenProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const proxy = new HalfOpenProxy(server, typeof address === 'object' ? (address?.port ?? 0) : 0)
    server.on('connection', (near) => proxy.#link(near, target))
    return proxy
  }

  /** Connections stay open, and nothing passes any more. */
  die(): void {
    this.#dead = true
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  /** For those that connect from now on. */
  comeBack(): void {
    this.#dead = false
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  #link(near: Socket, target: { readonly host: string; readonly port: number }): void {
    this.#keep(near)
    if (this.#dead) {
      near.pause()
      return
    }
    const far = connect(target)
    this.#keep(far)
    near.pipe(far)
    far.pipe(near)
    // On a link that lives each side hears of the other's end; on a dead one nobody hears anything.
    const tell = (other: Socket) => (): void => {
      if (!this.#dead) other.destroy()
    }
    near.on('close', tell(far))
    far.on('close', tell(near))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
