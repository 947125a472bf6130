import type { Timers } from './timers.ts'

export interface RoundsParts {
  readonly timers: Pick<Timers, 'after'>
  /** One round. @returns until the next one, milliseconds; a wake-up makes it come sooner */
  readonly round: () => Promise<number>
  /** Whether there may be rounds at the moment: another instance does it, say. Asked at each wake-up. @default always */
  readonly mayGo?: () => boolean
  readonly onFault: (error: unknown) => void
  /** After a round that failed, milliseconds. */
  readonly afterFault: () => number
}

/**
 * Work that is done round by round: one at a time, when it is woken and when its time has come. No wake-up is lost, and
 * none costs more than one round.
 * ```
 *  wake, timer ──> round ──> woken meanwhile? ── yes ──> round …
 *                                             └─ no ───> timer, for as long as the round said
 * ```
 */
export class Rounds {
  readonly #parts: RoundsParts
  #state: 'idle' | 'started' | 'stopped' = 'idle'
  #wanted = false
  /** Known before the first round is begun, which may wake for another one at once. */
  #isRunning = false
  #running: Promise<void> = Promise.resolve()
  #cancelTimer: () => void = () => undefined

  constructor(parts: RoundsParts) {
    this.#parts = parts
  }

  get isStarted(): boolean {
    return this.#state === 'started'
  }

  /** From now on it can be woken. @returns false where it was started before, or stopped */
  start(): boolean {
    if (this.#state !== 'idle') return false
    this.#state = 'started'
    return true
  }

  /** Asks for a round. Cheap, and harmless while one is under way or before the start. */
  wake(): void {
    const { mayGo = (): boolean => true } = this.#parts
    if (this.#state !== 'started' || !mayGo()) return
    this.#wanted = true
    if (this.#isRunning) return
    this.#isRunning = true
    this.#running = this.#run()
  }

  /** Resolves when no round is under way. */
  async rest(): Promise<void> {
    await this.#running
  }

  /** Begins no further round; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#cancelTimer()
    await this.#running
  }

  async #run(): Promise<void> {
    const { timers, round, onFault, afterFault } = this.#parts
    while (this.#wanted && this.isStarted) {
      this.#wanted = false
      this.#cancelTimer()
      const ms = await round().catch((error: unknown) => {
        onFault(error)
        return afterFault()
      })
      // It may have been stopped in the middle of the round.
      if (this.isStarted) this.#cancelTimer = timers.after(ms, () => this.wake())
    }
    // In the same breath as the look at `#wanted`: a wake-up in between would be lost.
    this.#isRunning = false
  }
}
