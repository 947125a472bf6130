/**
 * Waiting, injected like the clock: a test lets an hour pass without one. Only `main.ts` and the
 * commands make the system's. They run by a time of the process's own, which no setting of the clock moves.
 */
export interface Timers {
  /** Calls back once after `ms` milliseconds. Returns what cancels it. */
  after(ms: number, callback: () => void): () => void
  /**
   * Whole milliseconds since some beginning: never jumps, so what happened how long ago is measured by it. Whole, since
   * what is computed with it is stored among times of the clock, and no column of those takes a fraction.
   */
  elapsed(): number
}

/** More would overflow the 32 bits of Node's timers and fire at once. */
const longest = 2 ** 31 - 1

export const systemTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longest))
    return () => clearTimeout(timer)
  },
  elapsed: () => Math.floor(performance.now()),
}

/** Waits so many milliseconds, or until the signal is aborted. Leaves neither timer nor listener behind. */
export async function pause(timers: Pick<Timers, 'after'>, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  const cancel = timers.after(ms, end)
  signal.addEventListener('abort', end, { once: true })
  await promise
  signal.removeEventListener('abort', end)
  cancel()
}

/** Waits until the signal is aborted, or one of the others has ended. Rejects as that one does. */
export async function untilAborted(signal: AbortSignal, ...others: readonly Promise<unknown>[]): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  signal.addEventListener('abort', end, { once: true })
  try {
    await Promise.race([promise, ...others])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
