import type { Clock } from '../../clock.ts'
import { pause, type Timers } from '../../timers.ts'

/** What a site's settings allow. */
export interface GateLimits {
  readonly requestsAtOnce: number
  /** null: as many as come. */
  readonly requestsPerSecond: number | null
}

/** Leave for one call; who has it gives it back. */
export interface Permit {
  /** The call has ended, or is not made after all. */
  readonly leave: () => void
}

/**
 * The gate through which all calls to one site go: only so many at once, and only so many in a second.
 *
 * One must have passed it before the intent of a call is stored: from then on the call has to leave soon, or the
 * look after an unknown answer would come too early.
 *
 * A call may take several requests (the first one also asks what the credential can do). Each is told here and
 * counts, and the calls after it wait the longer.
 */
export class SiteGate {
  readonly #limits: GateLimits
  readonly #clock: Clock
  readonly #timers: Timers
  /** Who waits for a place, in the order in which they came; called, one takes the place and leaves the line. */
  readonly #line = new Set<() => void>()
  #inFlight = 0
  /** Permits whose first request, which is counted with the permit, has not been told yet. */
  #prepaid = 0
  #chargedAt = 0
  #nextAt = 0

  constructor(limits: GateLimits, clock: Clock, timers: Timers) {
    this.#limits = limits
    this.#clock = clock
    this.#timers = timers
  }

  /** Resolves when a call may be made, first come first served; at once when the signal is given, for then everything ends. */
  async enter(giveUp: AbortSignal): Promise<Permit> {
    await this.#place(giveUp).taken
    for (let ms = this.#msToWait(); ms > 0 && !giveUp.aborted; ms = this.#msToWait())
      await pause(this.#timers, ms, giveUp)
    this.#charge()
    this.#prepaid += 1
    let left = false
    const leave = (): void => {
      if (left) return
      left = true
      this.#inFlight -= 1
      this.#admitNext()
    }
    return { leave }
  }

  /** A request was sent. */
  requested(): void {
    if (this.#prepaid > 0) this.#prepaid -= 1
    else this.#charge()
  }

  /** A place: at once, or when one is handed over. */
  #place(giveUp: AbortSignal): { readonly taken: Promise<void> } {
    const { promise: taken, resolve } = Promise.withResolvers<void>()
    const take = (): void => {
      this.#line.delete(take)
      giveUp.removeEventListener('abort', take)
      // Here and not by who waits, for whom it takes a moment to wake up: somebody could take the place meanwhile.
      this.#inFlight += 1
      resolve()
    }
    if (this.#inFlight < this.#limits.requestsAtOnce || giveUp.aborted) take()
    else {
      this.#line.add(take)
      giveUp.addEventListener('abort', take, { once: true })
    }
    // Not awaited here: who came earlier would then go on some turns later than who finds a place.
    return { taken }
  }

  #admitNext(): void {
    // More are inside than may be where some passed because everything ends.
    if (this.#inFlight >= this.#limits.requestsAtOnce) return
    const [next] = this.#line
    next?.()
  }

  #msToWait(): number {
    const now = this.#clock.now()
    // A clock that was set back must not stretch a pause of a second to one of hours.
    if (now < this.#chargedAt) this.#nextAt = now
    return this.#nextAt - now
  }

  #charge(): void {
    const { requestsPerSecond } = this.#limits
    if (requestsPerSecond === null) return
    this.#chargedAt = this.#clock.now()
    this.#nextAt = Math.max(this.#nextAt, this.#chargedAt) + 1000 / requestsPerSecond
  }
}
