import type { Clock } from '../../clock.ts'
import type { Inbox } from '../../inbox/inbox.ts'
import { idsPerPiece } from '../../inbox/pieces.ts'
import type { Ledger } from '../../ledger/ledger.ts'

interface OrderSources {
  readonly ledger: Pick<Ledger, 'unfinished'>
  readonly inbox: Pick<Inbox, 'putOff'>
  readonly clock: Clock
}

/**
 * Keeps the order of each recipient's events: while an earlier notification waits (its call may still be
 * running, or it failed and comes again), later ones for the same recipient wait until then too, and
 * those of other recipients go on.
 *
 * A hold needs no release: at its end the earlier notification can be claimed again, and claims give the
 * oldest first.
 */
export class RecipientOrder {
  readonly #heldUntil = new Map<string, number>()

  /** @param until epoch ms at which the earlier notification comes again */
  hold(recipient: string, until: number): void {
    this.#heldUntil.set(recipient, Math.max(until, this.#heldUntil.get(recipient) ?? 0))
  }

  /** Until when this recipient has to wait, epoch ms; null where he need not. */
  heldUntil(recipient: string, now: number): number | null {
    const until = this.#heldUntil.get(recipient)
    if (until === undefined) return null
    if (until > now) return until
    this.#heldUntil.delete(recipient)
    return null
  }

  /** Everything that waits comes at once, the oldest first: whoever is to wait longer is held anew. */
  clear(): void {
    this.#heldUntil.clear()
  }

  /** Drops the holds that are over, so that the memory is bounded by what really waits. */
  sweep(now: number): void {
    for (const [recipient, until] of this.#heldUntil) if (until <= now) this.#heldUntil.delete(recipient)
  }
}

/** More than this cannot be put off: each batch leaves at most its own behind, and a site in trouble is called no more. */
const mostPutOff = 20_000

/** After a start: holds recipients for whom a deferred notification waits with effects not yet carried out. */
export async function recoverOrder(
  { ledger, inbox, clock }: OrderSources,
  site: string,
  order: RecipientOrder,
): Promise<void> {
  const until = new Map(
    (await inbox.putOff(site, clock.now(), mostPutOff)).map((notification) => [notification.id, notification.until]),
  )
  const ids = [...until.keys()]
  for (let piece = 0; piece < ids.length; piece += idsPerPiece) {
    const unfinished = await ledger.unfinished(ids.slice(piece, piece + idsPerPiece), site)
    for (const { notificationId, recipient } of unfinished) order.hold(recipient, until.get(notificationId) ?? 0)
  }
}
