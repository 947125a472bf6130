import type { Timers } from '../timers.ts'
import { retentionKindNames, type RetentionKind } from './kinds.ts'
import { isDamage, type Retention } from './retention.ts'

export interface RetentionLoopParts {
  readonly retention: Pick<Retention, 'step' | 'giveBack'>
  readonly timers: Timers
  /** False while another instance does it. */
  readonly leads: () => boolean
  readonly onFault: (error: unknown) => void
  readonly pace?: Partial<RetentionPace>
}

/** Milliseconds. */
export interface RetentionPace {
  /** From the start to the first round: a restart has better things to do. */
  readonly firstMs: number
  /** Between two rounds. */
  readonly roundMs: number
  /** Between two steps, in which everybody else has the database. */
  readonly pauseMs: number
}

const usualPace: RetentionPace = { firstMs: 60_000, roundMs: 600_000, pauseMs: 25 }

/**
 * Removes what is due, round after round, in steps with pauses between them.
 * ```
 *   start ──firstMs──> round: each kind, step by step, until it is at its end ──roundMs──> round …
 *                        ├── another leads, a step failed: the next round goes on with what is stored
 *                        └── a row is damaged: so it does for its kind, and this one with the next kind
 * ```
 */
export class RetentionLoop {
  readonly #parts: RetentionLoopParts
  readonly #pace: RetentionPace
  #stopped = false
  #round: Promise<void> = Promise.resolve()
  /** Ends the wait that is under way. */
  #wake: () => void = () => undefined

  constructor(parts: RetentionLoopParts) {
    this.#parts = parts
    this.#pace = { ...usualPace, ...parts.pace }
  }

  start(): void {
    this.#round = this.#run()
  }

  /** Resolves when no step is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#round
  }

  async #run(): Promise<void> {
    for (let wait = this.#pace.firstMs; ; wait = this.#pace.roundMs) {
      await this.#pause(wait)
      if (this.#stopped) return
      try {
        await this.#oneRound()
      } catch (error: unknown) {
        this.#parts.onFault(error)
      }
    }
  }

  async #oneRound(): Promise<void> {
    const { retention } = this.#parts
    for (const kind of retentionKindNames)
      for (let ended = false; !ended;) {
        if (!this.#goesOn()) return
        ended = await this.#step(kind)
        await this.#pause(this.#pace.pauseMs)
      }
    while (this.#goesOn() && (await retention.giveBack())) await this.#pause(this.#pace.pauseMs)
  }

  /** @returns whether it is at its end for this round */
  async #step(kind: RetentionKind): Promise<boolean> {
    try {
      return (await this.#parts.retention.step(kind)).ended
    } catch (error: unknown) {
      if (!isDamage(error)) throw error
      this.#parts.onFault(error)
      return true
    }
  }

  #goesOn(): boolean {
    return !this.#stopped && this.#parts.leads()
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopped) return
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.timers.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}
