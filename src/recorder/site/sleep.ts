import type { Timers } from '../../timers.ts'

/** Waits so long, or until the signal ends it. */
export async function sleep(ms: number, timers: Timers, giveUp: AbortSignal): Promise<void> {
  if (giveUp.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const onAbort = (): void => resolve()
  const cancel = timers.after(ms, resolve)
  giveUp.addEventListener('abort', onAbort, { once: true })
  await promise
  cancel()
  giveUp.removeEventListener('abort', onAbort)
}
