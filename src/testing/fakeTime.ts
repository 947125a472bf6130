import type { Clock } from '../clock.ts'
import type { Timers } from '../timers.ts'

interface Waiting {
  readonly at: number
  readonly callback: () => void
}

/** Clock and timers of a test: time passes only when told to. */
export class FakeTime implements Clock, Timers {
  #now: number
  readonly #waiting = new Set<Waiting>()

  constructor(now = Date.UTC(2026, 5, 2, 8, 20, 5)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const waiting = { at: this.#now + ms, callback }
    this.#waiting.add(waiting)
    return () => {
      this.#waiting.delete(waiting)
    }
  }

  /** Moments for which something waits, earliest first. */
  get timers(): readonly number[] {
    return [...this.#waiting].map(({ at }) => at).toSorted((a, b) => a - b)
  }

  /** Lets time pass; what becomes due runs in order, and what it sets off gets its turns. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await turns()
      const next = [...this.#waiting].toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#waiting.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
    }
    this.#now = end
    await turns()
  }
}

/** Lets everything that waits for a promise, but for nothing outside, run on. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
