import type { RecorderParts } from '../parts.ts'

/** Now, by the clock (epoch ms) and by the process's own time. */
export interface Moment {
  readonly now: number
  readonly elapsed: number
}

export function momentOf({ clock, timers }: Pick<RecorderParts, 'clock' | 'timers'>): Moment {
  return { now: clock.now(), elapsed: timers.elapsed() }
}
