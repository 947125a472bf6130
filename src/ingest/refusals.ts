import type { ErrorCode } from '../errors/catalogue.ts'
import type { EventSource } from '../emitter.ts'
import type { IngestEvents, Refused } from './events.ts'

/** What was refused since the start. Unproven, all of it: anyone can post to a public address. */
export interface RefusalSummary {
  readonly total: number
  readonly byCode: readonly { readonly code: ErrorCode; readonly count: number }[]
  /** Newest first. */
  readonly recent: readonly Refused[]
}

/**
 * Counts refusals by reason and remembers the last few, so that "it is set up, but nothing arrives" can
 * be answered. No content is kept, and a flood only turns the list over.
 */
export class Refusals {
  readonly #limit: number
  readonly #counts = new Map<ErrorCode, number>()
  /** A ring: the next one goes to `#next`. */
  readonly #recent: Refused[] = []
  #next = 0

  constructor(limit = 50) {
    this.#limit = limit
  }

  /** Returns the function that ends it. */
  listen(events: EventSource<IngestEvents>): () => void {
    return events.on('refused', (refused) => this.note(refused))
  }

  note(refused: Refused): void {
    this.#counts.set(refused.code, (this.#counts.get(refused.code) ?? 0) + 1)
    this.#recent[this.#next] = refused
    this.#next = (this.#next + 1) % this.#limit
  }

  summary(): RefusalSummary {
    const byCode = [...this.#counts].map(([code, count]) => ({ code, count })).toSorted((a, b) => b.count - a.count)
    const recent = [...this.#recent.slice(this.#next), ...this.#recent.slice(0, this.#next)].toReversed()
    return { total: byCode.reduce((sum, { count }) => sum + count, 0), byCode, recent }
  }
}
