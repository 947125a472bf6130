import type { Clock } from '../clock.ts'
import type { Timers } from '../timers.ts'
import { undoLeaseMs, type UndoStore } from './undoStore.ts'

/** A few times within the lease: a word that is lost harms nothing. */
const everyMs = undoLeaseMs / 4

export interface KeepAliveParts {
  readonly undos: Pick<UndoStore, 'keep'>
  readonly clock: Clock
  readonly timers: Timers
}

/**
 * Says again and again that an undo is at work, while a CRM takes its time.
 * @returns what ends it
 */
export function keepAlive(undoId: number, { undos, clock, timers }: KeepAliveParts): () => void {
  const beat = (): void => {
    cancel = timers.after(everyMs, beat)
    // A database that is away is noticed by the next step, and so is another undo that has begun.
    undos.keep(undoId, clock.now()).catch(() => undefined)
  }
  let cancel = timers.after(everyMs, beat)
  return () => cancel()
}
