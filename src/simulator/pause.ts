import type { Timers } from '../timers.ts'

/** Waits so many milliseconds. False where the run was stopped, before or meanwhile. */
export type Pause = (ms: number) => Promise<boolean>

/**
 * Pauses that one signal ends all. With one listener for them all: a gateway that is down has thousands
 * of messages waiting for their retry.
 */
export function stoppablePause(timers: Timers, signal?: AbortSignal): Pause {
  const waiting = new Set<() => void>()
  const stopped = (): boolean => signal?.aborted === true
  signal?.addEventListener('abort', () => {
    for (const end of waiting) end()
  })
  return async function pause(ms) {
    if (stopped()) return false
    await new Promise<void>((resolve) => {
      const cancel = timers.after(ms, end)
      function end(): void {
        cancel()
        waiting.delete(end)
        resolve()
      }
      waiting.add(end)
    })
    return !stopped()
  }
}
