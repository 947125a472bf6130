import type { Clock } from '../../clock.ts'
import type { Queries } from './queries.ts'

/**
 * The time that all instances on one database agree on: the database's, as far as it can be known from here.
 * What one instance writes (until when a call may still be running, when a notification comes again) another
 * one reads, and the clocks of two machines may be minutes apart.
 *
 * Between two looks it runs with the machine's own clock, moved by the difference. A look tells the difference
 * only up to its own round trip; so what was known is kept unless the look proves it wrong.
 */
export class SharedClock implements Clock {
  readonly #local: Clock
  #differenceMs: number | null = null

  constructor(local: Clock) {
    this.#local = local
  }

  now(): number {
    return this.#local.now() + this.differenceMs
  }

  /** By how much the database's clock is ahead of the machine's, milliseconds. */
  get differenceMs(): number {
    return this.#differenceMs ?? 0
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  async measure(queries: Queries): Promise<void> {
    const before = this.#local.now()
    const [row] = await queries.query<{ readonly now: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
    )
    if (row !== undefined) this.learn(before, row.now, this.#local.now())
  }

  /** @param there the database's time at a moment between `before` and `after` of the machine's */
  learn(before: number, there: number, after: number): void {
    const [least, most] = [there - after, there - before]
    // The machine's clock was set back while the answer was on its way: nothing can be learnt.
    if (least > most) return
    this.#differenceMs =
      this.#differenceMs === null ? Math.round((least + most) / 2) : Math.min(most, Math.max(least, this.#differenceMs))
  }
}
