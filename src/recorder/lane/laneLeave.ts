import type { Standing } from '../../leases/heldLeases.ts'
import { laneLease } from '../../leases/leases.ts'
import type { RecorderLimits } from '../limits.ts'
import { startPace } from '../site/pace.ts'
import { type SiteSession, SiteSessions } from '../site/siteSession.ts'
import type { LaneBase } from './laneBase.ts'

/** How often a lane looks whether it may go on after a rest. */
const restLookMs = 200

/** That the site may be called, and in which session. */
export interface Leave {
  readonly admit: 'batch' | 'probe'
  /** null in the lane of what no site claims. */
  readonly session: SiteSession | null
}

/** Whether a lane may begin anything now: by its lease, its settings, its breaker, and a move that is near. */
export class LaneLeave {
  readonly #base: LaneBase
  readonly #sessions: SiteSessions
  #knownSession: SiteSession | null = null
  /** Of its lease, when this lane last looked. */
  #standing: Standing = 'held'

  constructor(base: LaneBase) {
    this.#base = base
    this.#sessions = new SiteSessions(base.parts, base.giveUp)
  }

  /** How much the site takes in one request, as it said last; null before it was asked. */
  get largestCall(): number | null {
    return this.#knownSession?.largestCall ?? null
  }

  /** Whether anything new may be begun in this lane. */
  get mayBegin(): boolean {
    const { parts, stopping } = this.#base
    this.#standing = this.#standingNow()
    return !stopping() && !parts.rests() && this.#standing === 'held'
  }

  /** @returns whether it is another than at the last look: leases are looked at every few seconds */
  leaseChanged(): boolean {
    const standing = this.#standingNow()
    if (standing === this.#standing) return false
    this.#standing = standing
    return true
  }

  settingsChanged(): void {
    this.#sessions.settingsChanged()
  }

  /** The site was repaired, a person says: it is called as if its settings had changed. */
  resume(): void {
    this.#sessions.renew()
  }

  /** Whether the site may be called now, and in which session; else until when to wait (null: until settings change). */
  async ask(): Promise<Leave | { readonly waitUntil: number | null }> {
    const { parts, siteId, breaker, stopping } = this.#base
    // Nobody tells when a rest is over: it is short.
    if (parts.rests() && !stopping()) return { waitUntil: parts.clock.now() + restLookMs }
    if (!this.mayBegin) return { waitUntil: null }
    const site = siteId === '' ? null : parts.settings.site(siteId)
    if (siteId !== '' && (site === null || site.mode === 'paused')) {
      // Whoever takes it up again wants to see it go on, whatever it was at fault with before.
      this.#sessions.renew()
      return { waitUntil: null }
    }
    const session = site === null ? null : await this.#session(site)
    const admission = breaker.admit()
    return admission.admit === 'nothing' ? { waitUntil: admission.at } : { admit: admission.admit, session }
  }

  async close(): Promise<void> {
    await this.#sessions.close()
  }

  async #session(site: SiteSession['site']): Promise<SiteSession> {
    const { parts, siteId, breaker, state } = this.#base
    const session = await this.#sessions.of(site)
    if (session === this.#knownSession) return session
    breaker.reset()
    state.writes = startPace(session.largestCall)
    state.reads = startPace(parts.limits.mostInBatch)
    // Whoever repairs a site wants to see it go on, also with those that were to wait because it failed them.
    if (this.#knownSession !== null) {
      await parts.inbox.hasten(siteId, parts.clock.now())
      state.order.clear()
    }
    this.#knownSession = session
    return session
  }

  #standingNow(): Standing {
    return this.#base.parts.leases.standing(laneLease(this.#base.siteId))
  }
}

/** How much a batch takes: a request's worth, and of a site that is only probed less. */
export function batchLimit(
  { fewestInBatch, mostInBatch, probeSize }: RecorderLimits,
  { session, admit }: Leave,
): number {
  const wanted = Math.min(mostInBatch, Math.max(fewestInBatch, session?.largestCall ?? mostInBatch))
  return admit === 'probe' ? Math.min(probeSize, wanted) : wanted
}
