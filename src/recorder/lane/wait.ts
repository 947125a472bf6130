import type { Clock } from '../../clock.ts'
import type { Timers } from '../../timers.ts'

/** The longest sleep: a clock that jumped is noticed after this. */
const longest = 10 * 60_000

/** The shortest, so that a moment that is due and yet brings no work cannot become a busy loop. */
const shortest = 20

/**
 * A lane's idle wait: until a moment, or until woken. A wake-up that comes while nobody waits is kept for
 * the next wait, so that work committed between an empty claim and the wait is not slept over.
 */
export class Waiter {
  readonly #clock: Clock
  readonly #timers: Timers
  #woken = false
  #resume: (() => void) | null = null

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
  }

  wake(): void {
    this.#woken = true
    this.#resume?.()
  }

  /** Waits until `at` (epoch ms; null: until woken), at most some minutes. */
  async until(at: number | null): Promise<void> {
    if (!this.#woken) {
      const ms = at === null ? longest : Math.min(longest, Math.max(shortest, at - this.#clock.now()))
      await new Promise<void>((resolve) => {
        const cancel = this.#timers.after(ms, resolve)
        this.#resume = () => {
          cancel()
          resolve()
        }
      })
      this.#resume = null
    }
    this.#woken = false
  }
}
