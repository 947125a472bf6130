import type { Random } from '../../src/clock.ts'
import { deliver } from '../../src/simulator/delivery.ts'
import { stoppablePause } from '../../src/simulator/pause.ts'
import { pick } from '../../src/simulator/random.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { type HttpPost, httpPost, type Post } from '../../src/simulator/transport.ts'
import { systemTimers } from '../../src/timers.ts'

/**
 * SNS would wait seconds and give up after an hour at most; here it must outlast every fault of the run. Pauses
 * grow, as there: thousands that knock at a gateway while it starts would only make it start later.
 */
const retries = 2000
const retriesAtOnce = 20
const retryMs = { first: 60, growth: 1.5, most: 1000 }

/** Messages that are tried at a time. SNS has such a limit too, and more would only wait in line for a connection. */
const mostAtATime = 128
const answerTimeoutMs = 5000

export interface SenderOptions {
  /** Each attempt goes to any of them, as a load balancer without a memory sends it. */
  readonly urls: readonly string[]
  readonly messages: readonly (() => SnsRequest)[]
  /** Places of messages that an earlier try has delivered already. */
  readonly delivered: ReadonlySet<number>
  readonly onDelivered: (place: number) => void
  /** Share of the answers that are lost on their way back: the message was stored, and comes again. 0 to 1. */
  readonly lostAnswers: number
  readonly random: Random
}

interface Message {
  readonly request: () => SnsRequest
  /** In the stream, from 0 on. */
  readonly place: number
}

/** SNS in short: sends what it is told to, and repeats what was not answered with 2xx, the same bytes again. */
export class Sender {
  readonly #messages: readonly Message[]
  readonly #onDelivered: SenderOptions['onDelivered']
  readonly #lostAnswers: number
  readonly #random: Random
  readonly #posts: readonly HttpPost[]
  readonly #stop = new AbortController()
  readonly #pause = stoppablePause(systemTimers, this.#stop.signal)
  readonly #underWay = new Set<Promise<void>>()
  readonly #turns = new Turns(mostAtATime)
  #next = 0
  #attempts = 0
  #lost = 0
  readonly #refused: string[] = []
  readonly #delivered: Message[] = []
  #exhausted = 0

  constructor({ urls, messages, delivered, onDelivered, lostAnswers, random }: SenderOptions) {
    this.#messages = messages
      .map((request, place): Message => ({ request, place }))
      .filter(({ place }) => !delivered.has(place))
    this.#onDelivered = onDelivered
    this.#lostAnswers = lostAnswers
    this.#random = random
    this.#posts = urls.map((url) => httpPost({ url, connections: 64, timeoutMs: answerTimeoutMs }))
  }

  get left(): number {
    return this.#messages.length - this.#next
  }

  get attempts(): number {
    return this.#attempts
  }

  /** Answers 2xx that were lost on their way. */
  get lostAnswers(): number {
    return this.#lost
  }

  /** Answers that SNS takes for final, and so loses the message: none may come. */
  get refused(): readonly string[] {
    return this.#refused
  }

  /** Messages given up. */
  get exhausted(): number {
    return this.#exhausted
  }

  /** Lets the next ones go, spread over so many milliseconds; where none are left, some once more, as SNS may at any time. */
  release(count: number, spreadMs: number): void {
    const some = this.#messages.slice(this.#next, this.#next + count)
    this.#next += some.length
    const again = this.#delivered.length === 0 ? 0 : count - some.length
    const repeated = Array.from({ length: again }, () => pick(this.#random, this.#delivered))
    for (const message of [...some, ...repeated]) {
      const sending = this.#send(message, this.#random() * spreadMs).finally(() => this.#underWay.delete(sending))
      this.#underWay.add(sending)
    }
  }

  /** Resolves when everything released has been answered. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Gives up what is not answered yet. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.settled()
    await Promise.all(this.#posts.map(async (http) => http.close()))
  }

  async #send(message: Message, afterMs: number): Promise<void> {
    if (!(await this.#pause(afterMs))) return
    await this.#turns.take()
    try {
      if (!this.#stop.signal.aborted) await this.#deliver(message)
    } finally {
      this.#turns.giveBack()
    }
  }

  async #deliver(message: Message): Promise<void> {
    const request = message.request()
    for (let tried = 0; tried < retries && !this.#stop.signal.aborted; tried += retriesAtOnce) {
      const { outcome, attempts } = await deliver(request, {
        post: this.#post,
        pause: this.#pause,
        delays: this.#delays(),
      })
      this.#attempts += attempts.length
      if (outcome === 'refused') this.#refused.push(String(attempts.at(-1)?.answer.status))
      if (outcome === 'delivered') {
        this.#delivered.push(message)
        this.#onDelivered(message.place)
      }
      if (outcome !== 'exhausted') return
    }
    this.#exhausted += 1
  }

  readonly #post: Post = async (request) => {
    const answer = await pick(this.#random, this.#posts).post(request)
    if (answer.status === null || answer.status >= 300 || this.#random() >= this.#lostAnswers) return answer
    this.#lost += 1
    return { status: null, error: 'lost on the way', ms: answer.ms }
  }

  #delays(): readonly number[] {
    const { first, growth, most } = retryMs
    return Array.from(
      { length: retriesAtOnce },
      (_, index) => Math.min(most, first * growth ** index) * (0.5 + this.#random()),
    )
  }
}

/** Lets so many go on at a time, in the order in which they came. */
class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
