import { laneLease } from '../../leases/leases.ts'
import type { RecorderParts } from '../parts.ts'
import { backoff } from '../site/backoff.ts'
import { LaneState } from '../state/laneState.ts'
import { recoverOrder } from '../state/order.ts'
import { ClockSteps } from './clockSteps.ts'
import { LaneAhead, type PreparedClaim } from './laneAhead.ts'
import type { LaneBase } from './laneBase.ts'
import { LaneBreaker } from './laneBreaker.ts'
import { LaneClaims } from './laneClaims.ts'
import { batchLimit, LaneLeave, type Leave } from './laneLeave.ts'
import type { LaneStanding } from './laneStanding.ts'
import { LaneWork } from './laneWork.ts'
import { Waiter } from './wait.ts'

/**
 * The sequence of one site's batches. One batch at a time, so that the order of each contact's events needs
 * no locks; a batch takes what is there and never waits for more.
 * ```
 *          ┌───────────────────────────────────────────────────────────────────┐
 *          ▼                                                                   │
 *    may the site be called? ── no ──> waits: until the breaker's time, or     │
 *          │ yes                       until settings change ─────────────────>┤
 *    claim what is due ── nothing ──> waits: for work, or until something      │
 *          │                          becomes due ────────────────────────────>┤
 *    batch ──> ends ──> inbox ─────────────────────────────────────────────────┘
 * ```
 * A fault of the database or of this program ends the batch, not the lane: the claims are given back, and
 * after a pause it goes on.
 */
export class Lane {
  readonly siteId: string
  readonly #parts: RecorderParts
  readonly #giveUp = new AbortController()
  readonly #waiter: Waiter
  readonly #base: LaneBase
  readonly #leave: LaneLeave
  readonly #ahead: LaneAhead
  readonly #work: LaneWork
  readonly #clockSteps = new ClockSteps()
  /** By how much the clock was set back, until what waits by it was made due. */
  #setBackMs = 0
  #stopping = false
  #awaitsWork = false
  #faults = 0
  #running: Promise<void> | null = null

  /** @param nextCallId names a call, unlike any other of this and earlier runs */
  constructor(parts: RecorderParts, siteId: string, nextCallId: () => string) {
    this.siteId = siteId
    this.#parts = parts
    this.#waiter = new Waiter(parts.clock, parts.timers)
    const onFault = (where: string, error: unknown): void => this.#fault(where, error)
    this.#base = {
      parts,
      siteId,
      state: new LaneState(),
      breaker: new LaneBreaker(parts, siteId),
      claims: new LaneClaims(parts, siteId, onFault),
      giveUp: this.#giveUp.signal,
      stopping: () => this.#stopping,
      onFault,
    }
    this.#leave = new LaneLeave(this.#base)
    this.#ahead = new LaneAhead(this.#base)
    this.#work = new LaneWork({ ...this.#base, nextCallId, mayBegin: () => this.#leave.mayBegin })
  }

  get breakerIsOpen(): boolean {
    return this.#base.breaker.isOpen
  }

  look(): LaneStanding {
    const { state, breaker } = this.#base
    const { writes, reads } = state
    const { notBefore, fault } = breaker
    return {
      site: this.siteId,
      notBefore,
      fault,
      bounces: { size: writes.size, allowed: this.#leave.largestCall ?? writes.size, because: writes.because },
      reads: { size: reads.size, allowed: this.#parts.limits.mostInBatch, because: reads.because },
    }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Work was committed. Of no interest to a lane that may not call its site. */
  wake(): void {
    if (this.#awaitsWork) this.#waiter.wake()
  }

  settingsChanged(): void {
    this.#leave.settingsChanged()
    this.#waiter.wake()
  }

  /** Ends every pause: whoever repaired the site need not wait for the next try. */
  resume(): void {
    this.#leave.resume()
    this.#waiter.wake()
  }

  /** Of interest where it became doubtful, or is held again. */
  leaseChanged(): void {
    if (this.#leave.leaseChanged()) this.#waiter.wake()
  }

  /** Begins no further call, waits for the one under way, and breaks it off at the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    this.#waiter.wake()
    const cancel = this.#parts.timers.after(deadlineMs, () => this.#giveUp.abort())
    await this.#running
    cancel()
  }

  async #run(): Promise<void> {
    let ordered = false
    while (!this.#stopping) {
      try {
        if (!ordered) await this.#takeOver()
        ordered = true
        await this.#turn()
        this.#faults = 0
      } catch (error: unknown) {
        this.#faults += 1
        this.#fault('recording a batch', error)
        // Were it a probe that broke off: nothing was learnt, and the next one may go.
        this.#base.breaker.learn(null, false)
        const { clock, limits, random } = this.#parts
        await this.#pause(clock.now() + backoff(this.#faults, limits.storagePause, random))
      }
    }
    await this.#ahead.giveBack(await this.#ahead.take())
    await this.#leave.close().catch((error: unknown) => this.#fault('closing the connections of a site', error))
  }

  /** What whoever had the lane before left claimed is ours at once; what may still run is waited for. */
  async #takeOver(): Promise<void> {
    const { inbox, leases, turns, clock, limits } = this.#parts
    const turn = await turns.begin(this.siteId)
    try {
      await inbox.releaseLane(this.siteId, { lease: laneLease(this.siteId), owner: leases.owner })
      const now = clock.now()
      await inbox.hasten(this.siteId, now, now + limits.longestWaitMs)
      await recoverOrder(this.#parts, this.siteId, this.#base.state.order)
    } finally {
      turn.end({ served: false })
    }
  }

  /** One batch, or one wait. */
  async #turn(): Promise<void> {
    // It is taken only when nothing can throw any more.
    await this.#ahead.settled()
    await this.#heedClock()
    const leave = await this.#leave.ask()
    const ahead = await this.#ahead.take()
    if ('waitUntil' in leave || leave.admit === 'probe') await this.#ahead.giveBack(ahead)
    if ('waitUntil' in leave) return this.#pause(leave.waitUntil)
    // From here on a sign of new work is kept: it may come after the look of the claim.
    this.#awaitsWork = true
    if (await this.#batches(leave, leave.admit === 'batch' ? ahead : null)) return
    this.#base.breaker.learn(null, false)
    await this.#waiter.until(await this.#parts.inbox.nextDue(this.siteId))
  }

  /** What one claim holds, when it is this lane's turn. @returns false where nothing was there to be done */
  async #batches(leave: Leave, ahead: PreparedClaim | null): Promise<boolean> {
    const { claims, breaker } = this.#base
    const turn = await this.#parts.turns.begin(this.siteId)
    let served = false
    try {
      const limit = batchLimit(this.#parts.limits, leave)
      const claim = ahead ?? (await claims.claim(limit, !breaker.isInTrouble))
      if (claim === null) return false
      served = true
      await this.#work.handle(claim, {
        session: leave.session,
        turn,
        onMeanwhile: (session) => this.#ahead.prepare(session, limit),
      })
      return true
    } finally {
      turn.end({ served })
    }
  }

  /**
   * What waits for a moment of a clock that was set back meanwhile would wait too long: it comes now. A sleeping
   * lane wakes by the process's own time, so it notices soon.
   */
  async #heedClock(): Promise<void> {
    const { inbox, clock, timers, events } = this.#parts
    const now = clock.now()
    // It is noticed once only, and the database may be away in that very moment, or the lease in doubt.
    this.#setBackMs += this.#clockSteps.look(now, timers.elapsed())
    if (this.#setBackMs === 0 || !this.#leave.mayBegin) return
    await inbox.hasten(this.siteId, now)
    const byMs = Math.round(this.#setBackMs)
    this.#setBackMs = 0
    this.#base.state.order.clear()
    events.emit('clockSetBack', { site: this.siteId, byMs })
  }

  async #pause(until: number | null): Promise<void> {
    this.#awaitsWork = false
    await this.#waiter.until(until)
  }

  #fault(where: string, error: unknown): void {
    this.#parts.events.emit('fault', { where, site: this.siteId, error })
  }
}
