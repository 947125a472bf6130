import type { EventEmitter } from 'node:events'

/** SIGINT (Ctrl-C), SIGTERM (a service manager), SIGHUP (the terminal is gone). */
const stopSignals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/**
 * A terminal signals all that runs in it, and npm or the starter on an older Node hands the same signal on: what comes
 * so soon after the first is no second wish.
 */
const sameWishMs = 1000

export interface StopSignalParts {
  /** The process, as far as it hears signals. */
  readonly process: Pick<EventEmitter, 'on'>
  /** Whether it has a terminal, at which somebody may hang up. */
  readonly hasTerminal: boolean
  /** Milliseconds from any moment. */
  readonly elapsed: () => number
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

/**
 * Aborts at the first signal to stop, so that work ends in order; a second one later ends the process at once. Without a
 * terminal (nohup, a service) a SIGHUP says nothing: Node has taken back that nohup had it ignored.
 */
export function stopAtSignals({ process, hasTerminal, elapsed, exit }: StopSignalParts): AbortSignal {
  const stop = new AbortController()
  let since = 0
  for (const [signal, number] of Object.entries(stopSignals))
    process.on(signal, () => {
      if (signal === 'SIGHUP' && !hasTerminal) return
      if (!stop.signal.aborted) {
        since = elapsed()
        stop.abort(signal)
      } else if (elapsed() - since > sameWishMs) exit(128 + number)
    })
  return stop.signal
}
