import type { Clock } from '../clock.ts'
import { departureSchema, movedSchema, type Notes, parseNote } from '../installation/notes.ts'
import type { Timers } from '../timers.ts'

export interface HomeWatchParts {
  readonly notes: () => Promise<Notes>
  readonly clock: Clock
  readonly timers: Timers
  readonly onFault: (error: unknown) => void
}

/** A move asks for some seconds of rest before its cut-over, and ends it within some more. */
const lookEveryMs = 1000

/** No move asks for more, whatever the clock says: it may be set back, and that of the move's machine go before ours. */
const longestRestMs = 60_000

/** Looks whether the installation is about to leave the place on which this gateway works, or has left it. */
export class HomeWatch {
  /** Resolves with the new place, without a password, once the installation has moved there. */
  readonly moved: Promise<string>
  readonly #parts: HomeWatchParts
  readonly #tellMoved: (to: string) => void
  /** As it was noted, and when it was seen first, by the process's own time. */
  #departure: { readonly until: number; readonly seenAt: number } | null = null
  #hasMoved = false
  #cancel: (() => void) | null = null
  #stopped = false

  constructor(parts: HomeWatchParts) {
    this.#parts = parts
    const { promise, resolve } = Promise.withResolvers<string>()
    this.moved = promise
    this.#tellMoved = resolve
  }

  /** Whether recording is to begin nothing at the moment. */
  get rests(): boolean {
    // What is still to be recorded is recorded over there.
    if (this.#hasMoved) return true
    if (this.#departure === null) return false
    const { until, seenAt } = this.#departure
    const { clock, timers } = this.#parts
    return clock.now() < until && timers.elapsed() - seenAt < longestRestMs
  }

  start(): void {
    this.#cancel = this.#parts.timers.after(lookEveryMs, () => void this.#look())
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  async #look(): Promise<void> {
    try {
      const notes = await this.#parts.notes()
      const departure = parseNote(departureSchema, 'departure', notes.get('departure') ?? null)
      this.#see(departure?.until ?? null)
      const moved = parseNote(movedSchema, 'moved', notes.get('moved') ?? null)
      if (moved !== null) {
        this.#hasMoved = true
        this.#tellMoved(moved.to)
        return
      }
    } catch (error) {
      this.#parts.onFault(error)
    }
    if (!this.#stopped) this.start()
  }

  /** Each attempt of a move notes another moment. */
  #see(until: number | null): void {
    if (until === null) this.#departure = null
    else if (until !== this.#departure?.until) this.#departure = { until, seenAt: this.#parts.timers.elapsed() }
  }
}
