import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../clock.ts'
import type { Emitter } from '../../emitter.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import type { Acceptor } from '../accept.ts'
import type { IngestEvents } from '../events.ts'
import { type Answer, answerTo, refusalAnswer } from './answers.ts'
import type { HttpLimits } from './limits.ts'
import { type Body, BodyReader } from './readBody.ts'
import { type WebhookAddress, WebhookAddresses } from './webhookAddress.ts'
import { writeAnswer } from './writeAnswer.ts'

export interface WebhookParts {
  readonly acceptor: Pick<Acceptor, 'accept'>
  readonly events: Emitter<IngestEvents>
  readonly clock: Clock
  /** Why nothing is taken on at this moment; null: welcome. Asked for each request, so it must be a mere look. */
  readonly closedFor: () => ErrorCode | null
  /** Whether connections are to end with their answer. */
  readonly stopping: () => boolean
  readonly limits: HttpLimits
}

/**
 * The POSTs of SNS, at whatever webhook address. They are all that comes in numbers, so they are answered on
 * Node's own requests; everything else goes through Fastify (see server.ts).
 * ```
 *  headers ──> address? ──> open? ──> body ──> room? ──> accept ──> answer
 *              not ours     503     413, 503    503
 * ```
 */
export class Webhook {
  readonly #parts: WebhookParts
  readonly #addresses = new WebhookAddresses()
  readonly #reader: BodyReader
  readonly #inWork = new Set<IncomingMessage>()

  constructor(parts: WebhookParts) {
    this.#parts = parts
    this.#reader = new BodyReader(parts.limits)
  }

  /** Requests that were read to their end, and of which it is not decided yet what becomes of them. */
  get inWork(): Iterable<IncomingMessage> {
    return this.#inWork
  }

  /** Whether it takes the request on, and answers it; false: it is for others. Never throws. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST') return false
    const address = this.#addresses.read(request.url ?? '')
    if (address === null) return false
    const closed = this.#parts.closedFor()
    if (closed === null) this.#read(request, response, address)
    else this.#write(response, this.#refuse(address, closed))
    return true
  }

  #read(request: IncomingMessage, response: ServerResponse, address: WebhookAddress): void {
    const since = performance.now()
    this.#reader.read(request, request.headers['content-length'], (body) => {
      // The peer went away before the end: nobody is there to answer to.
      if (body === null) response.destroy()
      else void this.#answer({ request, response, address, body, since })
    })
  }

  async #answer({ request, response, address, body, since }: Delivery): Promise<void> {
    let answer: Answer
    try {
      answer = await this.#accept(request, address, body)
    } catch (error: unknown) {
      this.#parts.events.emit('fault', { where: 'answering a request', error })
      answer = refusalAnswer('GATEWAY_FAULT')
    }
    this.#reader.giveBack(body)
    this.#write(response, answer)
    this.#parts.events.emit('answered', { status: answer.status, elapsedMs: performance.now() - since })
  }

  async #accept(request: IncomingMessage, address: WebhookAddress, body: Body): Promise<Answer> {
    const { acceptor, closedFor, limits } = this.#parts
    if (!body.ok) return this.#refuse(address, body.code)
    // The body may have taken its time.
    const closed = this.#inWork.size >= limits.inWork ? 'GATEWAY_OVERLOADED' : closedFor()
    if (closed !== null) return this.#refuse(address, closed)
    this.#inWork.add(request)
    try {
      const { headers } = request
      const addressed = address.site ?? ''
      return answerTo(await acceptor.accept({ channel: 'https', body: body.bytes, headers, addressed }))
    } finally {
      this.#inWork.delete(request)
    }
  }

  #refuse(address: WebhookAddress, code: ErrorCode): Answer {
    const { events, clock } = this.#parts
    const addressed = address.site ?? ''
    events.emit('refused', { at: clock.now(), channel: 'https', code, reason: '', topicArn: '', addressed })
    return refusalAnswer(code)
  }

  #write(response: ServerResponse, answer: Answer): void {
    writeAnswer(response, answer, this.#parts.stopping())
  }
}

interface Delivery {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly address: WebhookAddress
  readonly body: Body
  /** On the process's own clock, which never jumps; milliseconds. */
  readonly since: number
}
