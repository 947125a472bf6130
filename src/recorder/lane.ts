import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import type { ClaimedNotification, NotificationEnd } from '../inbox/inbox.ts'
import { backoff } from './backoff.ts'
import { runBatch } from './batch.ts'
import { endsOf } from './ends.ts'
import { LaneBreaker } from './laneBreaker.ts'
import { type BatchContext, LaneState } from './laneState.ts'
import { Lease } from './lease.ts'
import { recoverOrder } from './order.ts'
import { startPace } from './pace.ts'
import type { RecorderParts } from './parts.ts'
import { persist } from './persist.ts'
import { runsOf } from './runs.ts'
import { postponedTrouble } from './siteFault.ts'
import { type SiteSession, SiteSessions } from './siteSession.ts'
import { Waiter } from './wait.ts'

/**
 * Notifications in one batch: as many as the site's calls carry, but neither so few that each costs its
 * commits nor so many that they fill the memory.
 */
const batchBounds = { fewest: 25, most: 500 }

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
  readonly #sessions: SiteSessions
  readonly #breaker: LaneBreaker
  readonly #state = new LaneState()
  readonly #nextCallId: () => string
  #knownSession: SiteSession | null = null
  #stopping = false
  #awaitsWork = false
  #faults = 0
  #running: Promise<void> | null = null

  /** @param nextCallId names a call, unlike any other of this and earlier runs */
  constructor(parts: RecorderParts, siteId: string, nextCallId: () => string) {
    this.siteId = siteId
    this.#parts = parts
    this.#waiter = new Waiter(parts.clock, parts.timers)
    this.#sessions = new SiteSessions(parts, this.#giveUp.signal)
    this.#breaker = new LaneBreaker(parts, siteId)
    this.#nextCallId = nextCallId
  }

  get breakerIsOpen(): boolean {
    return this.#breaker.isOpen
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Work was committed. Of no interest to a lane that may not call its site. */
  wake(): void {
    if (this.#awaitsWork) this.#waiter.wake()
  }

  settingsChanged(): void {
    this.#sessions.settingsChanged()
    this.#waiter.wake()
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
        if (!ordered) recoverOrder(this.#parts, this.siteId, this.#state.order)
        ordered = true
        await this.#turn()
        this.#faults = 0
      } catch (error: unknown) {
        this.#faults += 1
        this.#fault('recording a batch', error)
        const { clock, limits, random } = this.#parts
        await this.#pause(clock.now() + backoff(this.#faults, limits.storagePause, random))
      }
    }
    await this.#sessions.close().catch((error: unknown) => this.#fault('closing the connections of a site', error))
  }

  /** One batch, or one wait. */
  async #turn(): Promise<void> {
    const { inbox, settings, clock, limits } = this.#parts
    const site = this.siteId === '' ? null : settings.site(this.siteId)
    if (this.siteId !== '' && (site === null || site.mode === 'paused')) return this.#pause(null)
    const session = site === null ? null : await this.#session(site)
    const admission = this.#breaker.admit()
    if (admission.admit === 'nothing') return this.#pause(admission.at)

    const wanted = Math.min(batchBounds.most, Math.max(batchBounds.fewest, session?.largestCall ?? batchBounds.most))
    const now = clock.now()
    // From here on a sign of new work is kept: it may come after the look of the claim.
    this.#awaitsWork = true
    const claimed = await inbox.claim({
      owner: this.#parts.owner,
      site: this.siteId,
      limit: admission.admit === 'probe' ? Math.min(limits.probeSize, wanted) : wanted,
      now,
      leaseUntil: now + limits.leaseMs,
    })
    if (claimed.length === 0) {
      this.#breaker.learn(null, false)
      await this.#waiter.until(inbox.nextDue(this.siteId))
      return
    }
    await this.#handle(claimed, session)
  }

  async #session(site: SiteSession['site']): Promise<SiteSession> {
    const session = await this.#sessions.of(site)
    if (session === this.#knownSession) return session
    this.#breaker.reset()
    this.#state.pace = startPace(session.largestCall)
    // Whoever repairs a site wants to see it go on, also with those that were to wait because it failed them.
    if (this.#knownSession !== null) {
      await this.#parts.inbox.hasten(this.siteId, this.#parts.clock.now())
      this.#state.order.clear()
    }
    this.#knownSession = session
    return session
  }

  async #handle(claimed: readonly ClaimedNotification[], session: SiteSession | null): Promise<void> {
    const { inbox, clock, timers, limits, owner } = this.#parts
    const open = new Map(claimed.map((notification) => [notification.id, notification]))
    const onFault = (error: unknown): void => this.#fault('renewing a claim', error)
    const lease = new Lease({ inbox, clock, timers, owner, leaseMs: limits.leaseMs, onFault }, [...open.keys()])
    const context = this.#context(session, lease)
    try {
      await this.#parts.seam('claimed')
      for (const run of runsOf(claimed, limits.aloneAfter)) {
        // After a fault of the site, or the wish to stop, the rest of the claims goes back.
        if (this.#stopping || this.#breaker.isPausing) break
        try {
          await this.#batch(context, run)
        } catch (error: unknown) {
          await this.#giveBack(run, error)
          throw error
        } finally {
          for (const { id } of run) open.delete(id)
        }
      }
    } finally {
      await this.#giveBack([...open.values()], null)
      lease.end()
    }
  }

  async #batch(context: BatchContext, run: readonly ClaimedNotification[]): Promise<void> {
    const { inbox, events, owner, seam } = this.#parts
    const since = performance.now()
    events.emit('batchStarted', { site: this.siteId, notifications: run.length })
    const recordedBefore = this.#state.suspects.recorded
    const report = await runBatch(context, run)
    // Broken off by our own stop, a call says nothing about the site.
    const siteFault = this.#giveUp.signal.aborted ? null : report.siteFault
    const siteUntil = this.#breaker.learn(siteFault, report.asked)
    const ends = endsOf(context, run, { ...report, siteUntil, recordedBefore })
    const lost = new Set(await context.persist(async () => inbox.settle(owner, ends)))
    await seam('finished')
    const written = ends.filter(({ id }) => !lost.has(id))
    for (const end of written) this.#tellDead(end)
    const count = (kind: NotificationEnd['end']): number => written.filter(({ end }) => end === kind).length
    events.emit('batchFinished', {
      site: this.siteId,
      notifications: run.length,
      recorded: count('recorded'),
      deferred: count('deferred'),
      dead: count('dead'),
      elapsedMs: performance.now() - since,
    })
  }

  #context(session: SiteSession | null, lease: Lease): BatchContext {
    const { timers, random, limits } = this.#parts
    return {
      parts: this.#parts,
      siteId: this.siteId,
      session,
      state: this.#state,
      holds: (id) => lease.holds(id),
      stopping: () => this.#stopping,
      nextCallId: this.#nextCallId,
      persist: async (write) =>
        persist(write, {
          timers,
          random,
          pause: limits.storagePause,
          giveUp: this.#giveUp.signal,
          onFault: (error) => this.#fault('storing what was recorded', error),
        }),
    }
  }

  /**
   * Puts claims back that were not worked through. The attempt counts only where something in the batch
   * broke this program, which is then found by handling each alone.
   */
  async #giveBack(notifications: readonly ClaimedNotification[], error: unknown): Promise<void> {
    if (notifications.length === 0) return
    const { inbox, clock, limits, random, owner } = this.#parts
    const at = clock.now()
    const broken = error !== null && !(error instanceof GatewayError)
    const ends = notifications.map(({ id, attempts }): NotificationEnd => {
      const code = broken ? 'RECORD_BROKEN_OFF' : postponedTrouble.code
      const reason = broken ? messageOf(error) : postponedTrouble.reason
      if (broken && notifications.length === 1 && attempts >= limits.maxAttempts)
        return { id, end: 'dead', at, code, reason }
      const pause = broken ? backoff(attempts, limits.retry, random) : 0
      return { id, end: 'deferred', nextAttemptAt: at + pause, code, reason, countAttempt: broken }
    })
    try {
      await inbox.settle(owner, ends)
      for (const end of ends) this.#tellDead(end)
    } catch (fault: unknown) {
      // The leases run out by themselves.
      this.#fault('giving claims back', fault)
    }
  }

  #tellDead(end: NotificationEnd): void {
    if (end.end !== 'dead') return
    const { id: notificationId, code, reason } = end
    this.#parts.events.emit('deadLetter', { site: this.siteId, notificationId, code, reason })
  }

  async #pause(until: number | null): Promise<void> {
    this.#awaitsWork = false
    await this.#waiter.until(until)
  }

  #fault(where: string, error: unknown): void {
    this.#parts.events.emit('fault', { where, site: this.siteId, error })
  }
}
