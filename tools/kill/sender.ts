import type { Random } from '../../src/clock.ts'
import { deliver } from '../../src/simulator/delivery.ts'
import { stoppablePause } from '../../src/simulator/pause.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { httpPost } from '../../src/simulator/transport.ts'
import { systemTimers } from '../../src/timers.ts'

/** SNS would wait seconds and give up after an hour at most; here it must outlast every fault of the run. */
const retries = 2000
const retryMs = { least: 40, most: 250 }
const answerTimeoutMs = 5000

/** SNS in short: sends what it is told to, and repeats what was not answered with 2xx, the same bytes again. */
export class Sender {
  readonly #messages: readonly (() => SnsRequest)[]
  readonly #random: Random
  readonly #http
  readonly #stop = new AbortController()
  readonly #pause = stoppablePause(systemTimers, this.#stop.signal)
  readonly #underWay = new Set<Promise<void>>()
  #next = 0
  #attempts = 0
  readonly #refused: string[] = []
  #exhausted = 0

  constructor(url: string, messages: readonly (() => SnsRequest)[], random: Random) {
    this.#messages = messages
    this.#random = random
    this.#http = httpPost({ url, connections: 64, timeoutMs: answerTimeoutMs })
  }

  get left(): number {
    return this.#messages.length - this.#next
  }

  get attempts(): number {
    return this.#attempts
  }

  /** Answers that SNS takes for final, and so loses the message: none may come. */
  get refused(): readonly string[] {
    return this.#refused
  }

  /** Messages given up. */
  get exhausted(): number {
    return this.#exhausted
  }

  /** Lets the next ones go, spread over so many milliseconds. */
  release(count: number, spreadMs: number): void {
    const some = this.#messages.slice(this.#next, this.#next + count)
    this.#next += some.length
    for (const message of some) {
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
    await this.#http.close()
  }

  async #send(message: () => SnsRequest, afterMs: number): Promise<void> {
    if (!(await this.#pause(afterMs))) return
    const { least, most } = retryMs
    const delays = Array.from({ length: retries }, () => least + this.#random() * (most - least))
    const { outcome, attempts } = await deliver(message(), { post: this.#http.post, pause: this.#pause, delays })
    this.#attempts += attempts.length
    if (outcome === 'refused') this.#refused.push(String(attempts.at(-1)?.answer.status))
    if (outcome === 'exhausted') this.#exhausted += 1
  }
}
