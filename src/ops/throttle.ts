/**
 * Lets one in an interval through, for each key, and counts those it holds back: what strangers cause must
 * be seen, but must not fill the disk. Keys have to be few (error codes, queues).
 */
export class Throttle {
  readonly #intervalMs: number
  readonly #seen = new Map<string, { since: number; held: number }>()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /**
   * @param now epoch milliseconds
   * @returns how many there were since the last one let through, this one included; null: hold it back
   */
  admit(key: string, now: number): number | null {
    const seen = this.#seen.get(key)
    // A clock set back must not hold everything back until it has caught up.
    if (seen !== undefined && now >= seen.since && now < seen.since + this.#intervalMs) {
      seen.held++
      return null
    }
    this.#seen.set(key, { since: now, held: 0 })
    return 1 + (seen?.held ?? 0)
  }
}
