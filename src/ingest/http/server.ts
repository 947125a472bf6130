import fastify, { type FastifyError, type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import type { Timers } from '../../timers.ts'
import { type Answer, badRequest, methodNotAllowed, notFound, refusalAnswer } from './answers.ts'
import { onClientError } from './clientErrors.ts'
import { type HttpLimits, defaultHttpLimits } from './limits.ts'
import { type WebhookParts, addWebhookRoutes, send } from './routes.ts'
import { webhookAddress } from './webhookAddress.ts'

export interface HttpServerParts extends Omit<WebhookParts, 'limits' | 'closedFor'> {
  readonly timers: Timers
  /** Why nothing is to be taken on at this moment, the disk nearly full, say; null: welcome. */
  readonly closedFor: () => ErrorCode | null
  /** What else is served: health, metrics. Paths of theirs come before the webhook's. */
  readonly plugins?: readonly FastifyPluginCallback[]
  readonly limits?: Partial<HttpLimits>
}

/**
 * The HTTP side of the gateway.
 *
 * It logs no requests: a line for each would cost more than parsing the message, and hold addresses that
 * strangers choose. Events say what happened.
 */
export class HttpServer {
  /** For tests, which call it in process. */
  readonly app: FastifyInstance
  readonly #parts: HttpServerParts
  #stopping: Promise<void> | null = null

  constructor(parts: HttpServerParts) {
    this.#parts = parts
    this.app = this.#build(parts, { ...defaultHttpLimits, ...parts.limits })
  }

  /** True from the call of `stop` on. */
  get stopping(): boolean {
    return this.#stopping !== null
  }

  /** @throws GatewayError LISTEN_FAILED */
  async start(listen: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }> {
    try {
      await this.app.listen({ host: listen.host, port: listen.port })
    } catch (error: unknown) {
      throw new GatewayError('LISTEN_FAILED', `cannot listen at ${listen.host}:${listen.port}: ${messageOf(error)}`, {
        cause: error,
      })
    }
    // Without a listener one connection that the system cannot give (no file descriptor is left, say) would end
    // the process.
    this.app.server.on('error', (error) => this.#turnedAway(`a connection could not be taken: ${messageOf(error)}`))
    const address = this.app.server.address()
    return { port: typeof address === 'object' && address !== null ? address.port : listen.port }
  }

  /**
   * Takes no more connections, answers 503 to what still comes over the open ones, waits for what is in
   * work, and cuts what is left at the deadline. Every call returns the same promise.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs)
    await this.#stopping
  }

  async #stop(deadlineMs: number): Promise<void> {
    const cancel = this.#parts.timers.after(deadlineMs, () => this.app.server.closeAllConnections())
    try {
      await this.app.close()
    } finally {
      cancel()
    }
  }

  /** A connection, before anything was read of it. */
  #turnedAway(reason: string): void {
    const { events, clock } = this.#parts
    const refused = { channel: 'https', code: 'GATEWAY_OVERLOADED', reason } as const
    events.emit('refused', { ...refused, at: clock.now(), topicArn: '', addressed: '' })
  }

  #build(parts: HttpServerParts, limits: HttpLimits): FastifyInstance {
    const app = fastify({
      logger: false,
      // Ours says which code it is, and in plain text.
      return503OnClosing: false,
      forceCloseConnections: 'idle',
      // Whose address it is, decides the connection alone; see `isLocal` in ops.
      trustProxy: false,
      requestTimeout: limits.requestMs,
      connectionTimeout: limits.silenceMs,
      keepAliveTimeout: limits.keepAliveMs,
      http: {
        headersTimeout: limits.headersMs,
        // How often Node looks for those that are too slow; its 30 s would double the time they have.
        connectionsCheckingInterval: Math.max(50, Math.min(limits.headersMs, limits.requestMs) / 5),
      },
      clientErrorHandler: onClientError,
      frameworkErrors: (error, _request, reply) => void send(reply, answerToError(error)),
    })
    app.server.maxConnections = limits.connections
    app.server.on('drop', () => this.#turnedAway('too many connections'))
    // Fastify does this for requests that come after `close`; those that came before would hold it up.
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (this.stopping) reply.header('connection', 'close')
      done(null, payload)
    })

    const closedFor = (): ErrorCode | null => (this.stopping ? 'GATEWAY_STOPPING' : parts.closedFor())
    app.setErrorHandler((error: FastifyError, request, reply) => {
      // The peer's connection broke while its body was read: nobody is there to answer to.
      if (!request.raw.destroyed) parts.events.emit('fault', { where: 'answering a request', error })
      return send(reply, answerToError(error))
    })
    // Only methods that Fastify does not know come here; the route `/*` has all others.
    app.setNotFoundHandler((request, reply) =>
      send(reply, webhookAddress(request.raw.url ?? '') === null ? notFound : methodNotAllowed),
    )
    for (const plugin of parts.plugins ?? []) app.register(plugin)
    app.register((scope, _options, done) => {
      addWebhookRoutes(scope, { ...parts, limits, closedFor })
      done()
    })
    return app
  }
}

/** What Fastify itself finds wrong with a request is so for good; anything else is a fault of ours. */
function answerToError(error: { readonly statusCode?: number }): Answer {
  const { statusCode = 500 } = error
  return statusCode >= 400 && statusCode < 500 ? { ...badRequest, status: statusCode } : refusalAnswer('GATEWAY_FAULT')
}
