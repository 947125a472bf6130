import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { Socket } from 'node:net'
import fastify, { type FastifyError, type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import type { Timers } from '../../timers.ts'
import { type Answer, badRequest, refusalAnswer } from './answers.ts'
import { onClientError } from './clientErrors.ts'
import { type HttpLimits, defaultHttpLimits } from './limits.ts'
import { addOtherRoutes, answerWithoutBody, type IsSite, send } from './routes.ts'
import { Webhook, type WebhookParts } from './webhook.ts'

export interface HttpServerParts extends Omit<WebhookParts, 'limits' | 'closedFor' | 'stopping'> {
  readonly timers: Timers
  /** Why nothing is to be taken on at this moment, the disk nearly full, say; null: welcome. */
  readonly closedFor: () => ErrorCode | null
  readonly isSite: IsSite
  /** What else is served: health, metrics. */
  readonly plugins?: readonly FastifyPluginCallback[]
  readonly limits?: Partial<HttpLimits>
}

/**
 * The HTTP side of the gateway.
 * ```
 *  request ──> POST at a webhook's address ──> Webhook
 *          └─> all else ──> Fastify: health, metrics, a word to people, 404
 * ```
 * It logs no requests: a line for each would cost more than parsing the message, and hold addresses that
 * strangers choose. Events say what happened.
 */
export class HttpServer {
  /** For tests, which hand it requests and faults without a connection. */
  readonly node: Server
  readonly #app: FastifyInstance
  readonly #parts: HttpServerParts
  readonly #webhook: Webhook
  readonly #limits: HttpLimits
  readonly #connections = new Set<Socket>()
  /** Of Fastify. */
  readonly #others = new Set<IncomingMessage>()
  #stopping: Promise<void> | null = null

  constructor(parts: HttpServerParts) {
    this.#parts = parts
    const limits = { ...defaultHttpLimits, ...parts.limits }
    this.#limits = limits
    this.#webhook = new Webhook({
      ...parts,
      limits,
      closedFor: () => (this.stopping ? 'GATEWAY_STOPPING' : parts.closedFor()),
      stopping: () => this.stopping,
    })
    this.node = this.#serverOf(limits)
    this.#app = this.#appOf(parts)
    this.node.on('request', (request, response) => {
      if (!this.#webhook.takes(request, response)) this.#app.routing(request, response)
    })
  }

  /** Resolves when all routes are there; `start` waits for it, too. */
  async ready(): Promise<void> {
    await this.#app.ready()
  }

  /** True from the call of `stop` on. */
  get stopping(): boolean {
    return this.#stopping !== null
  }

  /** @throws GatewayError LISTEN_FAILED */
  async start(listen: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }> {
    try {
      await this.#app.listen({ host: listen.host, port: listen.port })
    } catch (error: unknown) {
      throw new GatewayError('LISTEN_FAILED', `cannot listen at ${listen.host}:${listen.port}: ${messageOf(error)}`, {
        cause: error,
        ...(isForeignAddress(error) ? { hint: foreignAddressHint } : {}),
      })
    }
    // Without a listener one connection that the system cannot give (no file descriptor is left, say) would end
    // the process.
    this.node.on('error', (error) => this.#turnedAway(`a connection could not be taken: ${messageOf(error)}`))
    const address = this.node.address()
    return { port: typeof address === 'object' && address !== null ? address.port : listen.port }
  }

  /**
   * Takes no more connections, answers 503 to what still comes over the open ones, waits for what is in
   * work, and cuts what is left at the deadline; soon what has not come to its end, of which nothing was taken on.
   * Every call returns the same promise.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs)
    await this.#stopping
  }

  async #stop(deadlineMs: number): Promise<void> {
    const { timers } = this.#parts
    const cancels = [
      timers.after(deadlineMs, () => this.node.closeAllConnections()),
      timers.after(this.#limits.stopMs, () => this.#cutUnread()),
    ]
    try {
      await this.#app.close()
    } finally {
      for (const cancel of cancels) cancel()
    }
  }

  /** Whoever stalls within a request would hold up the stop; Node itself looks for him no more since the close. */
  #cutUnread(): void {
    const others = [...this.#others].filter(({ complete }) => complete)
    const inWork = new Set([...this.#webhook.inWork, ...others].map(({ socket }) => socket))
    for (const connection of this.#connections) if (!inWork.has(connection)) connection.destroy()
  }

  /** A connection, before anything was read of it. */
  #turnedAway(reason: string): void {
    const { events, clock } = this.#parts
    const refused = { channel: 'https', code: 'GATEWAY_OVERLOADED', reason } as const
    events.emit('refused', { ...refused, at: clock.now(), topicArn: '', addressed: '' })
  }

  #serverOf(limits: HttpLimits): Server {
    const server = createServer({
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      // How often Node looks for those that are too slow; its 30 s would double the time they have.
      connectionsCheckingInterval: Math.max(50, Math.min(limits.headersMs, limits.requestMs) / 5),
    })
    server.setTimeout(limits.silenceMs)
    server.maxConnections = limits.connections
    let madeRoomAt = Number.NEGATIVE_INFINITY
    server.on('drop', () => {
      this.#turnedAway('too many connections')
      const now = this.#parts.timers.elapsed()
      // All connections are looked through for that: those who are turned away by the thousand must not cause it each.
      if (now - madeRoomAt < makeRoomEveryMs) return
      madeRoomAt = now
      // Those that only wait for a next request give way to whoever comes with one.
      server.closeIdleConnections()
    })
    server.on('clientError', onClientError)
    server.on('connection', (connection: Socket) => {
      this.#connections.add(connection)
      connection.once('close', () => this.#connections.delete(connection))
    })
    return server
  }

  #appOf(parts: HttpServerParts): FastifyInstance {
    const app = fastify({
      logger: false,
      // Its own listener is not asked: see above.
      serverFactory: () => this.node,
      // Ours says which code it is, and in plain text.
      return503OnClosing: false,
      forceCloseConnections: 'idle',
      // Whose address it is, decides the connection alone; see `isLocal` in ops.
      trustProxy: false,
      frameworkErrors: (error, _request, reply) => void send(reply, answerToError(error)),
    })
    app.addHook('onRequest', ({ raw }, reply, done) => {
      this.#others.add(raw)
      reply.raw.once('close', () => this.#others.delete(raw))
      done()
    })
    // Fastify does this for requests that come after `close`; those that came before would hold it up.
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (this.stopping) reply.header('connection', 'close')
      done(null, payload)
    })
    app.setErrorHandler((error: FastifyError, request, reply) => {
      // The peer's connection broke while its body was read: nobody is there to answer to.
      if (!request.raw.destroyed) parts.events.emit('fault', { where: 'answering a request', error })
      return send(reply, answerToError(error))
    })
    // Only methods that Fastify does not know come here; the route `/*` has all others.
    app.setNotFoundHandler((request, reply) =>
      send(reply, answerWithoutBody(request.method, request.raw.url ?? '', parts.isSite)),
    )
    for (const plugin of parts.plugins ?? []) app.register(plugin)
    app.register((scope, _options, done) => {
      addOtherRoutes(scope, parts.isSite)
      done()
    })
    return app
  }
}

/** Between two times at which idle connections are closed, milliseconds. */
const makeRoomEveryMs = 100

/** What Fastify itself finds wrong with a request is so for good; anything else is a fault of ours. */
function answerToError(error: { readonly statusCode?: number }): Answer {
  const { statusCode = 500 } = error
  return statusCode >= 400 && statusCode < 500 ? { ...badRequest, status: statusCode } : refusalAnswer('GATEWAY_FAULT')
}

/** The port has nothing to do with it then. */
function isForeignAddress(error: unknown): boolean {
  const codes: readonly unknown[] = ['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL', 'EAFNOSUPPORT']
  return error instanceof Error && 'code' in error && codes.includes(error.code)
}

const foreignAddressHint =
  'Name an address of this machine in `listen.host` (CIVICRM_SES_HOST): 127.0.0.1 behind a web server, 0.0.0.0 or :: for all that it has.'
