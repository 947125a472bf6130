import type { ClaimedNotification } from '../../inbox/inbox.ts'

/**
 * Cuts claimed notifications into the batches in which they are handled, in order: one that has been tried
 * several times goes alone, so that it breaks (or is broken by) nobody else.
 */
export function runsOf(
  claimed: readonly ClaimedNotification[],
  aloneAfter: number,
): readonly (readonly ClaimedNotification[])[] {
  const runs: ClaimedNotification[][] = []
  let together: ClaimedNotification[] | null = null
  for (const notification of claimed) {
    if (notification.attempts > aloneAfter) {
      runs.push([notification])
      together = null
    } else if (together === null) {
      together = [notification]
      runs.push(together)
    } else {
      together.push(notification)
    }
  }
  return runs
}
