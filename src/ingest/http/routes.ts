import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Emitter } from '../../emitter.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import type { Acceptor } from '../accept.ts'
import type { IngestEvents } from '../events.ts'
import type { RequestHeaders } from '../sns/headers.ts'
import { type Answer, answerTo, explanation, methodNotAllowed, notFound, refusalAnswer } from './answers.ts'
import type { HttpLimits } from './limits.ts'
import { type Body, BodyReader } from './readBody.ts'
import { type WebhookAddress, webhookAddress } from './webhookAddress.ts'

export interface WebhookParts {
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly events: Emitter<IngestEvents>
  readonly clock: Clock
  /** Why nothing is taken on at this moment; null: welcome. Asked for each request, so it must be a mere look. */
  readonly closedFor: () => ErrorCode | null
  readonly limits: HttpLimits
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a POST that is to be read; else null. */
    webhook: Delivery | null
  }
}

interface Delivery {
  readonly address: WebhookAddress
  /** On the process's own clock, which never jumps; milliseconds. */
  readonly since: number
  body: Body
}

/**
 * The webhook addresses, and the answer at every address that nothing else serves. One route takes them
 * all, since some differ by their query alone.
 * ```
 *  headers ──> address? ──> method? ──> open? ──> body ──> room? ──> accept ──> answer
 *                404       GET 200, 405  503     413, 503   503
 * ```
 * @param app a scope of its own: parsers and hooks hold for these routes only
 */
export function addWebhookRoutes(app: FastifyInstance, parts: WebhookParts): void {
  const reader = new BodyReader(parts.limits)
  const webhook = new Webhook(parts, reader)

  app.decorateRequest('webhook', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => {
    reader.read(payload, request.headers['content-length'], (error, body) => {
      if (request.webhook !== null && body !== null) request.webhook.body = body
      done(error, null)
    })
  })
  app.route({
    url: '/*',
    method: [...app.supportedMethods],
    exposeHeadRoute: false,
    onRequest(request, reply, done) {
      // A malformed type would be answered 415 before the parser is asked, and SNS would drop the message.
      request.raw.headers['content-type'] = 'application/octet-stream'
      const answer = webhook.beforeBody(request)
      if (answer === null) done()
      else send(reply, answer)
    },
    async handler(request, reply) {
      // No request comes here without: `beforeBody` has answered all others.
      const answer = request.webhook === null ? notFound : await webhook.withBody(request.webhook, request.raw.headers)
      return send(reply, answer)
    },
  })
}

class Webhook {
  readonly #parts: WebhookParts
  readonly #reader: BodyReader
  #inWork = 0

  constructor(parts: WebhookParts, reader: BodyReader) {
    this.#parts = parts
    this.#reader = reader
  }

  /** The answer that needs no body, or null where the body is to be read. */
  beforeBody(request: FastifyRequest): Answer | null {
    const address = webhookAddress(request.raw.url ?? '')
    if (address === null) return notFound
    if (request.method === 'GET' || request.method === 'HEAD') return explanation
    if (request.method !== 'POST') return methodNotAllowed
    const closed = this.#parts.closedFor()
    if (closed !== null) return this.#refuse(address, closed)
    request.webhook = { address, since: performance.now(), body: noBody }
    return null
  }

  async withBody(delivery: Delivery, headers: RequestHeaders): Promise<Answer> {
    const answer = await this.#accept(delivery, headers).finally(() => this.#reader.giveBack(delivery.body))
    this.#parts.events.emit('answered', { status: answer.status, elapsedMs: performance.now() - delivery.since })
    return answer
  }

  async #accept({ address, body }: Delivery, headers: RequestHeaders): Promise<Answer> {
    const { acceptor, closedFor, limits } = this.#parts
    if (!body.ok) return this.#refuse(address, body.code)
    // The body may have taken its time.
    const closed = this.#inWork >= limits.inWork ? 'GATEWAY_OVERLOADED' : closedFor()
    if (closed !== null) return this.#refuse(address, closed)
    this.#inWork++
    try {
      const addressed = address.site ?? ''
      return answerTo(await acceptor.accept({ channel: 'https', body: body.bytes, headers, addressed }))
    } finally {
      this.#inWork--
    }
  }

  #refuse(address: WebhookAddress, code: ErrorCode): Answer {
    const { events, clock } = this.#parts
    const addressed = address.site ?? ''
    events.emit('refused', { at: clock.now(), channel: 'https', code, reason: '', topicArn: '', addressed })
    return refusalAnswer(code)
  }
}

/** POST without a body: read like an empty one, and refused as such. */
const noBody: Body = { ok: true, bytes: Buffer.alloc(0) }

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.allow !== undefined) reply.header('allow', answer.allow)
  return reply
    .code(answer.status)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(`${answer.text}\n`)
}
