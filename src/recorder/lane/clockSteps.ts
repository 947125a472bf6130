/** Less than that is an adjustment, or the time that an answer of the database took. */
const noticedMs = 5000

/** Notices a clock that was set back, by the process's own time, which nobody sets. */
export class ClockSteps {
  /** By how much the clock is ahead of the process's own time; null before the first look. */
  #ahead: number | null = null

  /** @returns by how much the clock was set back since the last look, milliseconds; 0: it was not */
  look(now: number, elapsed: number): number {
    const ahead = now - elapsed
    const setBackMs = this.#ahead === null ? 0 : this.#ahead - ahead
    this.#ahead = ahead
    return setBackMs > noticedMs ? setBackMs : 0
  }
}
