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

/** Looks whether the installation is about to leave the place on which this gateway works, or has left it. */
export class HomeWatch {
  /** Resolves with the new place, without a password, once the installation has moved there. */
  readonly moved: Promise<string>
  readonly #parts: HomeWatchParts
  readonly #tellMoved: (to: string) => void
  #restsUntil = 0
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
    return this.#parts.clock.now() < this.#restsUntil
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
      this.#restsUntil = departure?.until ?? 0
      const moved = parseNote(movedSchema, 'moved', notes.get('moved') ?? null)
      if (moved !== null) {
        // What is still to be recorded is recorded over there.
        this.#restsUntil = Number.POSITIVE_INFINITY
        this.#tellMoved(moved.to)
        return
      }
    } catch (error) {
      this.#parts.onFault(error)
    }
    if (!this.#stopped) this.start()
  }
}
