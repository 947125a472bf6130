import type { Clock } from '../clock.ts'
import type { Timers } from '../timers.ts'

interface Waiting {
  /** In `elapsed` time. */
  readonly at: number
  readonly callback: () => void
}

/** Clock and timers of a test: time passes only when told to. */
export class FakeTime implements Clock, Timers {
  /** What the clock shows at the beginning of the time that passes. */
  #beginning: number
  #elapsed = 0
  readonly #waiting = new Set<Waiting>()

  constructor(now = Date.UTC(2026, 5, 2, 8, 20, 5)) {
    this.#beginning = now
  }

  now(): number {
    return this.#beginning + this.#elapsed
  }

  elapsed(): number {
    return this.#elapsed
  }

  /** Sets the clock forward, or back. No time passes, and timers do not care. */
  setClock(byMs: number): void {
    this.#beginning += byMs
  }

  after(ms: number, callback: () => void): () => void {
    const waiting = { at: this.#elapsed + ms, callback }
    this.#waiting.add(waiting)
    return () => {
      this.#waiting.delete(waiting)
    }
  }

  /** Moments for which something waits, as the clock will show them, earliest first. */
  get timers(): readonly number[] {
    return [...this.#waiting].map(({ at }) => this.#beginning + at).toSorted((a, b) => a - b)
  }

  /** Lets time pass; what becomes due runs in order, and what it sets off gets its turns. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    for (;;) {
      await turns()
      const next = [...this.#waiting].toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#waiting.delete(next)
      this.#elapsed = Math.max(this.#elapsed, next.at)
      next.callback()
    }
    this.#elapsed = end
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
