import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** `COMMIT` as `pg` sends it: a simple query of PostgreSQL's protocol, in a piece of its own. */
const commit = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1')

/** What becomes of the next commit, whose client hears nothing of it. */
export type CommitFate =
  /** Carried out before the client's connection ends. */
  | { readonly fate: 'answer lost' }
  /** The client's connection ends first, and the server comes to it when `until` resolves. */
  | { readonly fate: 'late'; readonly until: Promise<void> }

/**
 * A link between clients and a PostgreSQL server that breaks at the worst of moments, in the midst of a commit; or on
 * which no answer comes any more, as of a server that stands still.
 */
export class LossyLink {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #toServer = new Set<Socket>()
  #next: CommitFate | null = null

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  /** @param target address of a database, whose server listens on loopback */
  static async to(target: string): Promise<LossyLink> {
    const url = new URL(target)
    const port = Number(url.port)
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url.port = String(typeof address === 'object' ? address?.port : '')
    const link = new LossyLink(server, url.href)
    server.on('connection', (client) => link.#join(client, connect(port, '127.0.0.1')))
    return link
  }

  breakNextCommit(fate: CommitFate): void {
    this.#next = fate
  }

  /** Of the connections that are open now, the client hears nothing more; those that are made later are good. */
  silence(): void {
    for (const server of this.#toServer) server.removeAllListeners('data').resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => this.#sockets.delete(socket))
    }
    this.#toServer.add(server)
    server.once('close', () => this.#toServer.delete(server))
    client.once('end', () => server.end())
    server.on('data', (piece) => client.writable && client.write(piece))
    server.once('end', () => client.end())
    client.on('data', (piece: Buffer) => {
      const fate = piece.equals(commit) ? this.#next : null
      if (fate === null) return void server.write(piece)
      this.#next = null
      if (fate.fate === 'answer lost') {
        server.removeAllListeners('data').once('data', () => client.destroy())
        server.write(piece)
      } else {
        client.destroy()
        void fate.until.then(() => server.end(piece))
      }
    })
  }
}
