import type { LedgerEffect } from '../../ledger/ledger.ts'
import type { Moment } from './moment.ts'

/**
 * Until when calls whose answer nobody knows may still be running, by the process's own time. The ledger keeps a
 * moment of the clock, for the process after this one; but a clock that is set forward an hour while a call runs
 * would have the look come too early, and the bounce be made twice, and one that is set back a day would have it come
 * a day late. So the clock is asked once for each call, when this process first hears of it, and never counts for
 * more than the call may last.
 */
export class OpenCalls {
  readonly #ends = new Map<string, number>()

  /** @param endsAt elapsed time from which on the call can no longer be running */
  keep(callId: string, endsAt: number): void {
    this.#ends.set(callId, endsAt)
  }

  /** It was looked up, or made again. */
  forget(callId: string | null): void {
    if (callId !== null) this.#ends.delete(callId)
  }

  /** Milliseconds until a look is conclusive; 0: it is. */
  msLeft(
    { callId, calledAt, conclusiveAt }: Pick<LedgerEffect, 'callId' | 'calledAt' | 'conclusiveAt'>,
    { now, elapsed }: Moment,
  ): number {
    if (conclusiveAt === null) return 0
    const longest = conclusiveAt - (calledAt ?? conclusiveAt)
    const byClock = Math.max(0, Math.min(conclusiveAt - now, longest))
    if (callId === null) return byClock
    const endsAt = this.#ends.get(callId) ?? elapsed + byClock
    this.#ends.set(callId, endsAt)
    return Math.max(0, endsAt - elapsed)
  }
}
