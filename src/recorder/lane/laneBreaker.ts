import type { CrmError } from '../../civicrm/crm.ts'
import { crmErrorCodes } from '../../civicrm/errorCode.ts'
import type { RecorderParts } from '../parts.ts'
import {
  type Admission,
  admit,
  type Breaker,
  closedBreaker,
  faulted,
  inconclusive,
  isPausing,
  succeeded,
} from '../site/breaker.ts'

/** The breaker of one lane: the state machine, with its events. */
export class LaneBreaker {
  readonly #parts: Pick<RecorderParts, 'clock' | 'random' | 'events' | 'limits'>
  readonly #site: string
  #breaker: Breaker = closedBreaker
  #told = false
  #fault: string | null = null

  constructor(parts: Pick<RecorderParts, 'clock' | 'random' | 'events' | 'limits'>, site: string) {
    this.#parts = parts
    this.#site = site
  }

  /** Whether the site is not called at the moment, or only by a probe. */
  get isOpen(): boolean {
    return this.#breaker.state !== 'closed'
  }

  /** Whether the last that was heard of the site was a fault. */
  get isInTrouble(): boolean {
    return this.#breaker.state !== 'closed' || this.#breaker.failures > 0
  }

  /** What the site said when it was last at fault; null while it is not. */
  get fault(): string | null {
    return this.#fault
  }

  /** When the site may be called again, epoch ms; null: now. */
  get notBefore(): number | null {
    return this.#breaker.state !== 'halfOpen' && this.isPausing ? this.#breaker.resumeAt : null
  }

  /** Whether the site may not be called at this moment. */
  get isPausing(): boolean {
    return isPausing(this.#breaker, this.#parts.clock.now())
  }

  admit(): Admission {
    const admission = admit(this.#breaker, this.#parts.clock.now())
    this.#breaker = admission.breaker
    return admission
  }

  /** The settings of the site changed: whatever was wrong may be repaired. */
  reset(): void {
    this.#breaker = closedBreaker
    this.#fault = null
    this.#tellClosed()
  }

  /**
   * What a batch learnt about the site.
   * @returns epoch ms from which the site may be called again
   */
  learn(siteFault: CrmError | null, asked: boolean): number {
    const { clock, random, events, limits } = this.#parts
    const now = clock.now()
    if (siteFault === null) {
      this.#breaker = asked ? succeeded(this.#breaker) : inconclusive(this.#breaker, now)
      if (!this.isInTrouble) this.#fault = null
      if (!this.isOpen) this.#tellClosed()
      return now
    }
    this.#fault = siteFault.message
    this.#breaker = faulted(this.#breaker, siteFault, now, random, limits.breaker)
    const { state } = this.#breaker
    const until = state === 'halfOpen' ? now : this.#breaker.resumeAt
    if (state === 'open') {
      this.#told = true
      const { kind, message, passes } = siteFault
      events.emit('breakerOpened', {
        site: this.#site,
        until,
        code: crmErrorCodes[kind],
        reason: message,
        needsRepair: !passes,
      })
    }
    return until
  }

  #tellClosed(): void {
    if (this.#told) this.#parts.events.emit('breakerClosed', { site: this.#site })
    this.#told = false
  }
}
