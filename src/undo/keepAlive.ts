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
 * Says again and again that an undo is at work, while a CRM takes its time. One word at a time: of two under way the
 * earlier could be the last to arrive, and the undo would look as if it had been silent since.
 *
 * @returns what ends it, once a word under way has arrived: after the end of the undo it would say that it goes on
 */
export function keepAlive(undoId: number, { undos, clock, timers }: KeepAliveParts): () => Promise<void> {
  let hasEnded = false
  let saying = Promise.resolve()
  const say = async (): Promise<void> => {
    // A database that is away is noticed by the next step, and so is another undo that has begun.
    await undos.keep(undoId, clock.now()).catch(() => undefined)
    if (!hasEnded) cancel = sayLater()
  }
  const sayLater = (): (() => void) =>
    timers.after(everyMs, () => {
      saying = say()
    })
  let cancel = sayLater()
  return async () => {
    hasEnded = true
    cancel()
    await saying
  }
}
