import type { History } from '../ledger/history.ts'
import type { UndoStore } from '../undo/undoStore.ts'

export interface TakenBackParts {
  readonly history: Pick<History, 'ofRecipients'>
  readonly undos: Pick<UndoStore, 'find'>
}

/** Mail events of one recipient that are looked through, the newest: a list has an end. */
const mostEvents = 500

/**
 * When an undo last took an opt-out of these recipients back, for those of whom it did. A hold needs no such look: its
 * undo writes a reset date, and CiviCRM itself lets no earlier bounce count from then on.
 */
export async function optOutsTakenBack(
  site: string,
  recipients: readonly string[],
  { history, undos }: TakenBackParts,
): Promise<ReadonlyMap<string, number>> {
  const events = await history.ofRecipients(site, recipients, { standing: 'effective', most: mostEvents })
  const optOuts = events.flatMap(({ key, effects }) =>
    effects.flatMap(({ id, effect }) => (effect.effect === 'optOut' ? [{ id, recipient: key.recipient }] : [])),
  )
  const undone = await undos.find(optOuts.map(({ id }) => id))
  const last = new Map<string, number>()
  for (const { id, recipient } of optOuts) {
    const found = undone.get(id)
    if (found?.state === 'done') last.set(recipient, Math.max(found.at, last.get(recipient) ?? 0))
  }
  return last
}
