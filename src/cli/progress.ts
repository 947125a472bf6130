import type { Io } from './io.ts'

/** On a terminal the line is written anew this often; else a line is added, less often. Milliseconds. */
const everyMs = 250
const everyMsInLog = 5000

/** What is over sooner needs no figure: the first one would be that of a single row. Milliseconds. */
export const quietMs = 1000

/** Shows how a long command gets on, on standard error. */
export class ProgressLine {
  readonly #io: Io
  #lastAt = Number.NEGATIVE_INFINITY
  #lastPhase = ''
  #width = 0

  constructor(io: Io) {
    this.#io = io
  }

  /** @param phase of which the first and, in a log, every some seconds one is shown */
  show(phase: string, text: string): void {
    const now = this.#io.elapsed()
    const isTerminal = this.#io.columns !== null
    if (phase === this.#lastPhase && now - this.#lastAt < (isTerminal ? everyMs : everyMsInLog)) return
    this.#lastAt = now
    this.#lastPhase = phase
    this.#io.err(isTerminal ? `\r${text.padEnd(this.#width)}` : `${text}\n`)
    this.#width = text.length
  }

  end(): void {
    if (this.#width > 0 && this.#io.columns !== null) this.#io.err('\n')
    this.#width = 0
  }
}

/** `1,234,567` */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** `3 min 20 s`, for people who wait. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
