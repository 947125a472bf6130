import type { ClaimedNotification, NotificationEnd } from '../inbox/inbox.ts'
import type { Standing } from '../leases/heldLeases.ts'
import { laneLease } from '../leases/leases.ts'
import { backoff } from './backoff.ts'
import { runBatch } from './batch.ts'
import { endsOf } from './ends.ts'
import { LaneBreaker } from './laneBreaker.ts'
import { type BatchContext, LaneState } from './laneState.ts'
import { type Claim, LaneClaims } from './laneClaims.ts'
import type { Lease } from './lease.ts'
import { type Ahead, lookAhead } from './lookAhead.ts'
import { recoverOrder } from './order.ts'
import { startPace } from './pace.ts'
import type { RecorderParts } from './parts.ts'
import { persist } from './persist.ts'
import { runsOf } from './runs.ts'
import { type SiteSession, SiteSessions } from './siteSession.ts'
import type { Turn } from './turns.ts'
import { Waiter } from './wait.ts'

/** How often a lane looks whether it may go on after a rest. */
const restLookMs = 200

/** A claim, and what was done for it ahead of its turn. */
interface PreparedClaim extends Claim {
  readonly ahead?: (Ahead & { readonly session: SiteSession }) | null
}

interface Portion {
  readonly size: number
  readonly allowed: number
  readonly because: string | null
}

/** How a lane stands. */
export interface LaneStanding {
  readonly site: string
  /** When the site may be called again, epoch ms; null: it is called. */
  readonly notBefore: number | null
  /** Of the site, as it said last; null: it is not at fault. */
  readonly fault: string | null
  /** How much goes into one request. */
  readonly bounces: Portion
  readonly reads: Portion
}

/** That the site may be called, and in which session. */
interface Leave {
  readonly admit: 'batch' | 'probe'
  /** null in the lane of what no site claims. */
  readonly session: SiteSession | null
}

/** Less than that is an adjustment, or the time that an answer of the database took. */
const noticedMs = 5000

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
  readonly #claims: LaneClaims
  readonly #nextCallId: () => string
  /** The next batch, claimed while the present one waits for the site. */
  #ahead: Promise<PreparedClaim | null> | null = null
  #knownSession: SiteSession | null = null
  /** Of its lease, when this lane last looked. */
  #standing: Standing = 'held'
  #stopping = false
  #awaitsWork = false
  #faults = 0
  /** By how much the clock is ahead of the process's own time; null before the first look. */
  #clockAhead: number | null = null
  #running: Promise<void> | null = null

  /** @param nextCallId names a call, unlike any other of this and earlier runs */
  constructor(parts: RecorderParts, siteId: string, nextCallId: () => string) {
    this.siteId = siteId
    this.#parts = parts
    this.#waiter = new Waiter(parts.clock, parts.timers)
    this.#sessions = new SiteSessions(parts, this.#giveUp.signal)
    this.#breaker = new LaneBreaker(parts, siteId)
    this.#claims = new LaneClaims(parts, siteId, (where, error) => this.#fault(where, error))
    this.#nextCallId = nextCallId
  }

  get breakerIsOpen(): boolean {
    return this.#breaker.isOpen
  }

  /** How it stands, for a person. */
  look(): LaneStanding {
    const { writes, reads } = this.#state
    const { notBefore, fault } = this.#breaker
    return {
      site: this.siteId,
      notBefore,
      fault,
      bounces: { size: writes.size, allowed: this.#knownSession?.largestCall ?? writes.size, because: writes.because },
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
    this.#sessions.settingsChanged()
    this.#waiter.wake()
  }

  /** Of interest where it became doubtful, or is held again: leases are looked at every few seconds. */
  leaseChanged(): void {
    const standing = this.#parts.leases.standing(laneLease(this.siteId))
    if (standing === this.#standing) return
    this.#standing = standing
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
        if (!ordered) await this.#takeOver()
        ordered = true
        await this.#turn()
        this.#faults = 0
      } catch (error: unknown) {
        this.#faults += 1
        this.#fault('recording a batch', error)
        // Were it a probe that broke off: nothing was learnt, and the next one may go.
        this.#breaker.learn(null, false)
        const { clock, limits, random } = this.#parts
        await this.#pause(clock.now() + backoff(this.#faults, limits.storagePause, random))
      }
    }
    await this.#giveBack(await this.#takeAhead())
    await this.#sessions.close().catch((error: unknown) => this.#fault('closing the connections of a site', error))
  }

  /** What whoever had the lane before left claimed is ours at once; what may still run is waited for. */
  async #takeOver(): Promise<void> {
    const { inbox, leases, turns, clock, limits } = this.#parts
    const turn = await turns.begin(this.siteId)
    try {
      await inbox.releaseLane(this.siteId, { lease: laneLease(this.siteId), owner: leases.owner })
      const now = clock.now()
      await inbox.hasten(this.siteId, now, now + limits.longestWaitMs)
      await recoverOrder(this.#parts, this.siteId, this.#state.order)
    } finally {
      turn.end({ served: false })
    }
  }

  /** Whether anything new may be begun in this lane. */
  get #mayBegin(): boolean {
    this.#standing = this.#parts.leases.standing(laneLease(this.siteId))
    return !this.#stopping && !this.#parts.rests() && this.#standing === 'held'
  }

  /** One batch, or one wait. */
  async #turn(): Promise<void> {
    // Its requests end before the session may change below them. It is taken only when nothing can throw any more.
    await this.#ahead
    await this.#heedClock()
    const leave = await this.#askLeave()
    const ahead = await this.#takeAhead()
    if ('waitUntil' in leave || leave.admit === 'probe') await this.#giveBack(ahead)
    if ('waitUntil' in leave) return this.#pause(leave.waitUntil)
    // From here on a sign of new work is kept: it may come after the look of the claim.
    this.#awaitsWork = true
    if (await this.#work(leave, leave.admit === 'batch' ? ahead : null)) return
    this.#breaker.learn(null, false)
    await this.#waiter.until(await this.#parts.inbox.nextDue(this.siteId))
  }

  /** One batch, when it is this lane's turn. @returns false where nothing was there to be done */
  async #work({ session, admit }: Leave, ahead: PreparedClaim | null): Promise<boolean> {
    const turn = await this.#parts.turns.begin(this.siteId)
    let served = false
    try {
      const limit = this.#batchLimit(session, admit)
      const claim = ahead ?? (await this.#claim(limit))
      if (claim === null) return false
      served = true
      await this.#handle(claim, { session, limit, turn })
      return true
    } finally {
      turn.end({ served })
    }
  }

  #batchLimit(session: SiteSession | null, admit: 'batch' | 'probe'): number {
    const { fewestInBatch, mostInBatch, probeSize } = this.#parts.limits
    const wanted = Math.min(mostInBatch, Math.max(fewestInBatch, session?.largestCall ?? mostInBatch))
    return admit === 'probe' ? Math.min(probeSize, wanted) : wanted
  }

  async #claim(limit: number): Promise<PreparedClaim | null> {
    return this.#claims.claim(limit, !this.#breaker.isInTrouble)
  }

  /**
   * What waits for a moment of a clock that was set back meanwhile would wait too long: it comes now. A sleeping
   * lane wakes by the process's own time, so it notices soon.
   */
  async #heedClock(): Promise<void> {
    const { inbox, clock, timers, events } = this.#parts
    const now = clock.now()
    const ahead = now - timers.elapsed()
    const setBackMs = this.#clockAhead === null ? 0 : this.#clockAhead - ahead
    if (setBackMs > noticedMs && this.#mayBegin) {
      await inbox.hasten(this.siteId, now)
      this.#state.order.clear()
      events.emit('clockSetBack', { site: this.siteId, byMs: Math.round(setBackMs) })
    }
    this.#clockAhead = ahead
  }

  /** Whether the site may be called now, and in which session; else until when to wait (null: until settings change). */
  async #askLeave(): Promise<Leave | { readonly waitUntil: number | null }> {
    // Nobody tells when a rest is over: it is short.
    if (this.#parts.rests() && !this.#stopping) return { waitUntil: this.#parts.clock.now() + restLookMs }
    if (!this.#mayBegin) return { waitUntil: null }
    const site = this.siteId === '' ? null : this.#parts.settings.site(this.siteId)
    if (this.siteId !== '' && (site === null || site.mode === 'paused')) return { waitUntil: null }
    const session = site === null ? null : await this.#session(site)
    const admission = this.#breaker.admit()
    return admission.admit === 'nothing' ? { waitUntil: admission.at } : { admit: admission.admit, session }
  }

  async #session(site: SiteSession['site']): Promise<SiteSession> {
    const session = await this.#sessions.of(site)
    if (session === this.#knownSession) return session
    this.#breaker.reset()
    this.#state.writes = startPace(session.largestCall)
    this.#state.reads = startPace(this.#parts.limits.mostInBatch)
    // Whoever repairs a site wants to see it go on, also with those that were to wait because it failed them.
    if (this.#knownSession !== null) {
      await this.#parts.inbox.hasten(this.siteId, this.#parts.clock.now())
      this.#state.order.clear()
    }
    this.#knownSession = session
    return session
  }

  async #handle(
    claim: PreparedClaim,
    { session, limit, turn }: { readonly session: SiteSession | null; readonly limit: number; readonly turn: Turn },
  ): Promise<void> {
    const { claimed, lease, full } = claim
    const open = new Map(claimed.map((notification) => [notification.id, notification]))
    const context = this.#context(session === null ? null : during(session, turn), lease, () => {
      if (full && session !== null && this.#mayBegin) this.#ahead ??= this.#prepare(session, limit)
    })
    const runs = runsOf(claimed, this.#parts.limits.aloneAfter)
    // Done under another session it is worthless.
    const ahead = runs.length === 1 && claim.ahead?.session === session ? (claim.ahead ?? null) : null
    try {
      for (const run of runs) {
        // After a fault of the site, or the wish to stop, the rest of the claims goes back.
        if (!this.#mayBegin || this.#breaker.isPausing) break
        try {
          await this.#batch(context, run, ahead)
        } catch (error: unknown) {
          await this.#claims.breakOff(run, error)
          throw error
        } finally {
          for (const { id } of run) open.delete(id)
        }
      }
    } finally {
      await this.#claims.giveBack([...open.values()])
      claim.end()
    }
  }

  /** Claims the next batch and takes its first steps, while the site is busy with the present one. */
  async #prepare(session: SiteSession, limit: number): Promise<PreparedClaim | null> {
    const fault = (error: unknown): null => {
      this.#fault('looking ahead', error)
      return null
    }
    const turn = await this.#parts.turns.begin(this.siteId)
    try {
      const claim = await this.#claim(limit).catch(fault)
      if (claim === null) return null
      const context = { parts: this.#parts, siteId: this.siteId, state: this.#state }
      const looked = await lookAhead(context, during(session, turn), claim.claimed).catch(fault)
      return { ...claim, ahead: looked === null ? null : { ...looked, session } }
    } finally {
      turn.end({ served: false })
    }
  }

  async #takeAhead(): Promise<PreparedClaim | null> {
    const ahead = await this.#ahead
    this.#ahead = null
    return ahead
  }

  async #giveBack(claim: PreparedClaim | null): Promise<void> {
    if (claim === null) return
    await this.#claims.giveBack(claim.claimed)
    claim.end()
  }

  async #batch(context: BatchContext, run: readonly ClaimedNotification[], ahead: Ahead | null): Promise<void> {
    const { inbox, events, leases, seam } = this.#parts
    const since = performance.now()
    events.emit('batchStarted', { site: this.siteId, notifications: run.length })
    const recordedBefore = this.#state.suspects.recorded
    const report = await runBatch(context, run, ahead)
    // Broken off by our own stop, a call says nothing about the site.
    const siteFault = this.#giveUp.signal.aborted ? null : report.siteFault
    const siteUntil = this.#breaker.learn(siteFault, report.asked)
    const ends = endsOf(context, run, { ...report, siteUntil, recordedBefore })
    const lost = new Set(await context.persist(async () => inbox.settle(leases.owner, ends)))
    await seam('finished')
    const written = ends.filter(({ id }) => !lost.has(id))
    this.#claims.tellDead(written)
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

  #context(session: SiteSession | null, lease: Lease, meanwhile: () => void): BatchContext {
    const { timers, random, limits } = this.#parts
    return {
      parts: this.#parts,
      siteId: this.siteId,
      session,
      state: this.#state,
      holds: (id) => lease.holds(id),
      stopping: () => !this.#mayBegin,
      nextCallId: this.#nextCallId,
      meanwhile,
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

  async #pause(until: number | null): Promise<void> {
    this.#awaitsWork = false
    await this.#waiter.until(until)
  }

  #fault(where: string, error: unknown): void {
    this.#parts.events.emit('fault', { where, site: this.siteId, error })
  }
}

/** The session, as one who works in a turn has it: while the site is being asked, others work. */
function during(session: SiteSession, turn: Turn): SiteSession {
  return { ...session, calls: session.calls.during(turn) }
}
