import type { Random } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { pause, type Timers } from '../../timers.ts'
import type { BackoffShape } from '../limits.ts'
import { backoff } from '../site/backoff.ts'

export interface PersistParts {
  readonly timers: Timers
  readonly random: Random
  readonly pause: BackoffShape
  /** Ends the trying. */
  readonly giveUp: AbortSignal
  readonly onFault: (error: unknown) => void
}

/**
 * Writes what a CRM answered. It is known only here, and a credential that cannot look never learns it
 * again: so while the database cannot be written (a full disk), it is kept and tried again.
 *
 * @throws what the write throws, if that will not pass or the gateway stops
 */
export async function persist<T>(write: () => Promise<T>, parts: PersistParts): Promise<T> {
  const { timers, random, pause: shape, giveUp, onFault } = parts
  for (let failures = 1; ; failures += 1) {
    try {
      return await write()
    } catch (error: unknown) {
      if (giveUp.aborted || !(error instanceof GatewayError) || !error.retryable) throw error
      onFault(error)
    }
    await pause(timers, backoff(failures, shape, random), giveUp)
  }
}
