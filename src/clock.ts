/**
 * The one source of time. Cores take a `now` or a `Clock`; only `main.ts` and the commands make the
 * system's. Times are epoch milliseconds everywhere inside; ISO text only at the borders.
 */
export interface Clock {
  /** Epoch milliseconds. May jump (NTP, suspend): never subtract two readings to measure a duration. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Uniform in [0, 1), for jitter. Injected, so that a test can say what "random" was. */
export type Random = () => number
