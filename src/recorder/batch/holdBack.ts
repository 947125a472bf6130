import type { EventWork, Trouble } from '../state/eventWork.ts'
import type { RecipientOrder } from '../state/order.ts'

/** Events of recipients for whom an earlier notification waits have to wait too. */
export function holdBack(works: readonly EventWork[], order: RecipientOrder, now: number): void {
  order.sweep(now)
  for (const work of works) {
    const until = order.heldUntil(work.key.recipient, now)
    if (until !== null) work.meet(heldBack(until))
  }
}

/** The same within a batch: events behind one that has to wait for the end of its call. */
export function holdBackBehind(works: readonly EventWork[]): void {
  const waiting = new Map<string, number>()
  for (const work of works) {
    const { recipient } = work.key
    const until = waiting.get(recipient)
    if (until !== undefined && work.trouble === null) work.meet(heldBack(until))
    if (work.trouble?.kind === 'waits')
      waiting.set(recipient, Math.max(work.trouble.until, waiting.get(recipient) ?? 0))
  }
}

function heldBack(until: number): Trouble {
  return {
    kind: 'waits',
    until,
    code: 'RECORD_HELD_BACK',
    reason: 'an earlier notification for the same recipient is not recorded yet',
  }
}
