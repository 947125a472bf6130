import type { Clock } from '../../clock.ts'
import type { Inbox } from '../../inbox/inbox.ts'
import type { Timers } from '../../timers.ts'

export interface LeaseParts {
  readonly inbox: Pick<Inbox, 'renew'>
  readonly clock: Clock
  readonly timers: Timers
  readonly owner: string
  readonly leaseMs: number
  readonly onFault: (error: unknown) => void
}

/**
 * Keeps the claims of a batch for as long as it runs, however long a slow site makes it. A claim that went
 * to another owner all the same is noticed here, and nothing more is done under it.
 */
export class Lease {
  readonly #parts: LeaseParts
  readonly #held: Set<number>
  #cancel: () => void = () => undefined
  #ended = false

  constructor(parts: LeaseParts, ids: readonly number[]) {
    this.#parts = parts
    this.#held = new Set(ids)
    this.#schedule()
  }

  holds(id: number): boolean {
    return this.#held.has(id)
  }

  /** These are settled: no claim is left to keep. */
  release(ids: readonly number[]): void {
    for (const id of ids) this.#held.delete(id)
  }

  end(): void {
    this.#ended = true
    this.#cancel()
  }

  #schedule(): void {
    if (this.#ended) return
    this.#cancel = this.#parts.timers.after(this.#parts.leaseMs / 3, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { inbox, clock, owner, leaseMs, onFault } = this.#parts
    const ids = [...this.#held]
    try {
      const ours = new Set(await inbox.renew(owner, ids, clock.now() + leaseMs))
      // Some may have been released meanwhile: only what was asked for can have been lost.
      for (const id of ids) if (!ours.has(id)) this.#held.delete(id)
    } catch (error: unknown) {
      // The lease still has two thirds of its time: the next renewal may succeed.
      onFault(error)
    }
    this.#schedule()
  }
}
