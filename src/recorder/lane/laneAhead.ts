import { type Ahead, lookAhead } from '../batch/lookAhead.ts'
import { during, type SiteSession } from '../site/siteSession.ts'
import type { LaneBase } from './laneBase.ts'
import type { Claim } from './laneClaims.ts'

/** A claim, and what was done for it ahead of its turn. */
export interface PreparedClaim extends Claim {
  readonly ahead?: (Ahead & { readonly session: SiteSession }) | null
}

/** The next batch of a lane, claimed and begun while the present one waits for the site. */
export class LaneAhead {
  readonly #base: LaneBase
  #next: Promise<PreparedClaim | null> | null = null

  constructor(base: LaneBase) {
    this.#base = base
  }

  /** Unless one is being prepared already. */
  prepare(session: SiteSession, limit: number): void {
    this.#next ??= this.#prepare(session, limit)
  }

  /** Resolves when nothing of it is under way any more: its requests end before the session may change below them. */
  async settled(): Promise<void> {
    await this.#next
  }

  /** What was prepared is the caller's now: to be worked through, or given back. */
  async take(): Promise<PreparedClaim | null> {
    const next = await this.#next
    this.#next = null
    return next
  }

  async giveBack(claim: PreparedClaim | null): Promise<void> {
    if (claim === null) return
    await this.#base.claims.giveBack(claim.claimed)
    claim.end()
  }

  /** Never rejects. */
  async #prepare(session: SiteSession, limit: number): Promise<PreparedClaim | null> {
    const { parts, siteId, state, claims, breaker, onFault } = this.#base
    const fault = (error: unknown): null => {
      onFault('looking ahead', error)
      return null
    }
    const turn = await parts.turns.begin(siteId)
    try {
      const claim = await claims.claim(limit, !breaker.isInTrouble).catch(fault)
      if (claim === null) return null
      const looked = await lookAhead({ parts, siteId, state }, during(session, turn), claim.claimed).catch(fault)
      return { ...claim, ahead: looked === null ? null : { ...looked, session } }
    } finally {
      turn.end({ served: false })
    }
  }
}
