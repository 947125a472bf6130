import type { Pause } from './pause.ts'

export interface OpenLoopOptions {
  readonly count: number
  /** Per second; Infinity: all at once. */
  readonly rate: number
  readonly pause: Pause
  /** Milliseconds from any beginning, never going back: performance.now. */
  readonly monotonic: () => number
  /** Starts the item; `late` is how many milliseconds after its due time. */
  readonly start: (index: number, late: number) => void
}

/**
 * Starts items at a fixed rate whether or not the earlier ones have ended: a server that gets slow sees
 * no fewer requests, as SNS would not send fewer. (A closed loop would wait for it, and so hide what it
 * measures.) An item that is late does not shift those behind it.
 */
export async function openLoop({ count, rate, pause, monotonic, start }: OpenLoopOptions): Promise<void> {
  const begun = monotonic()
  const due = (index: number): number => begun + (index * 1000) / rate
  for (let next = 0; next < count;) {
    const now = monotonic()
    for (; next < count && due(next) <= now; next++) start(next, now - due(next))
    if (next < count && !(await pause(due(next) - monotonic()))) return
  }
}
