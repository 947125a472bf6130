import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import type { ClaimedNotification, NotificationEnd } from '../../inbox/inbox.ts'
import { laneLease } from '../../leases/leases.ts'
import { postponedTrouble } from '../calls/siteFault.ts'
import type { RecorderParts } from '../parts.ts'
import { backoff } from '../site/backoff.ts'
import { Lease } from './lease.ts'

/** Notifications claimed together, and the lease that keeps them. */
export interface Claim {
  readonly claimed: readonly ClaimedNotification[]
  readonly lease: Lease
  /** As many as were asked for: more may be waiting behind them. */
  readonly full: boolean
  /** All of them were settled or given back: their room is free again. */
  readonly end: () => void
}

/** Claims a lane's notifications, and puts back those that were not worked through. */
export class LaneClaims {
  readonly #parts: RecorderParts
  readonly #site: string
  readonly #onFault: (where: string, error: unknown) => void
  /** Claims that are being worked through, or are ready for it. */
  #inHand = 0
  /** An answer of the database was lost: something may be claimed that nobody has in hand. */
  #mayHaveStrayed = false

  constructor(parts: RecorderParts, site: string, onFault: (where: string, error: unknown) => void) {
    this.#parts = parts
    this.#site = site
    this.#onFault = onFault
  }

  /**
   * The oldest that are due, at most `wanted` and what there is room for; null where nothing is.
   * @param borrows whether more than the lane's own share of the room may be taken
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async claim(wanted: number, borrows: boolean): Promise<Claim | null> {
    const { inbox, clock, timers, room, lanes } = this.#parts
    const limit = room.ask(this.#site, wanted, { lanes: lanes(), borrows })
    if (limit === 0) return null
    await this.#gather()
    const { owner } = this.#parts.leases
    const { leaseMs } = this.#parts.limits
    const claimed = await this.#ask(limit)
    if (claimed.length === 0) return null
    const onFault = (error: unknown): void => this.#onFault('renewing a claim', error)
    const ids = claimed.map(({ id }) => id)
    const lease = new Lease({ inbox, clock, timers, owner, leaseMs, onFault }, ids)
    const giveRoomBack = room.take(this.#site, claimed)
    await this.#parts.seam('claimed')
    this.#inHand += 1
    const end = (): void => {
      this.#inHand -= 1
      lease.end()
      giveRoomBack()
    }
    return { claimed, lease, full: claimed.length === limit, end }
  }

  /** What strayed would wait for the end of its lease, though nobody works on it. */
  async #gather(): Promise<void> {
    if (!this.#mayHaveStrayed || this.#inHand > 0) return
    await this.#parts.inbox.releaseLane(this.#site, this.#fence)
    this.#mayHaveStrayed = false
  }

  async #ask(limit: number): Promise<readonly ClaimedNotification[]> {
    const { inbox, clock, limits, leases } = this.#parts
    const now = clock.now()
    const asked = { owner: leases.owner, site: this.#site, limit, now, leaseUntil: now + limits.leaseMs }
    try {
      return await inbox.claim({ ...asked, fence: this.#fence })
    } catch (error) {
      this.#mayHaveStrayed = true
      throw error
    }
  }

  get #fence(): { readonly lease: string; readonly owner: string } {
    return { lease: laneLease(this.#site), owner: this.#parts.leases.owner }
  }

  /** These were not begun: they are due again at once, and pay no attempt. */
  async giveBack(notifications: readonly ClaimedNotification[]): Promise<void> {
    const { code, reason } = postponedTrouble
    const nextAttemptAt = this.#parts.clock.now()
    await this.#settle(
      notifications.map(({ id }) => ({ id, end: 'deferred', nextAttemptAt, code, reason, countAttempt: false })),
    )
  }

  /**
   * The batch of these broke off. A fault of the database passes and is nobody's. Anything else is a fault of
   * this program, or of what is stored of an event, that one of them causes: the attempt counts, so that each is soon
   * handled alone, and the one at fault ends as a dead letter.
   */
  async breakOff(notifications: readonly ClaimedNotification[], error: unknown): Promise<void> {
    if (error instanceof GatewayError && error.code !== 'STORAGE_CORRUPT') return this.giveBack(notifications)
    const { clock, limits, random } = this.#parts
    const at = clock.now()
    const [code, reason] = ['RECORD_BROKEN_OFF', messageOf(error)] as const
    await this.#settle(
      notifications.map(({ id, attempts }) => {
        if (notifications.length === 1 && attempts >= limits.maxAttempts) return { id, end: 'dead', at, code, reason }
        const nextAttemptAt = at + backoff(attempts, limits.retry, random)
        return { id, end: 'deferred', nextAttemptAt, code, reason, countAttempt: true }
      }),
    )
  }

  /** The process ended with it too often. */
  async giveUp({ id }: ClaimedNotification): Promise<void> {
    const reason = 'the gateway ended each time that it worked on this'
    await this.#settle([{ id, end: 'dead', at: this.#parts.clock.now(), code: 'RECORD_BROKEN_OFF', reason }])
  }

  /** Tells of ends that need a person. */
  tellDead(ends: readonly NotificationEnd[]): void {
    for (const end of ends) {
      if (end.end !== 'dead') continue
      const { id: notificationId, code, reason } = end
      this.#parts.events.emit('deadLetter', { site: this.#site, notificationId, code, reason })
    }
  }

  async #settle(ends: readonly NotificationEnd[]): Promise<void> {
    if (ends.length === 0) return
    try {
      await this.#parts.inbox.settle(this.#parts.leases.owner, ends)
      this.tellDead(ends)
    } catch (error: unknown) {
      this.#mayHaveStrayed = true
      this.#onFault('giving claims back', error)
    }
  }
}
