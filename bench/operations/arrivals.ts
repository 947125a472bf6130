import { setTimeout as delay } from 'node:timers/promises'
import type { Taken } from './books.ts'
import type { Sending, Sent } from './sending.ts'

const nothing: Sent = { taken: [], answers: {}, latency: null, silence: 0 }

export interface ArrivalsParts {
  readonly send: () => Promise<Sending>
  /** Resolves when everything that arrived is recorded. */
  readonly drained: () => Promise<void>
  /** For which notifications arrive before the operation begins and after it has ended. */
  readonly aroundSeconds: number
}

/** What arrives while one operation goes on. */
export class Arrivals {
  readonly #parts: ArrivalsParts
  #sending: Sending | null = null
  #sent = nothing
  #begun = 0
  #seconds = 0

  constructor(parts: ArrivalsParts) {
    this.#parts = parts
  }

  /** What became of it, once it has ended. */
  get sent(): Sent {
    return this.#sent
  }

  /** From the one to the other, without what arrived around it. */
  get seconds(): number {
    return this.#seconds
  }

  async begin(): Promise<void> {
    this.#sending = await this.#parts.send()
    await delay(this.#parts.aroundSeconds * 1000)
    this.#begun = performance.now()
  }

  /** @returns what was answered 200, all of which is recorded */
  async end(): Promise<readonly Taken[]> {
    this.#seconds = (performance.now() - this.#begun) / 1000
    await delay(this.#parts.aroundSeconds * 1000)
    this.#sent = (await this.#sending?.stop()) ?? nothing
    this.#sending = null
    await this.#parts.drained()
    return this.#sent.taken
  }

  /** Something is under way still where the operation failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sending?.abandon()
  }
}
