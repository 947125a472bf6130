/**
 * **Lease**: the right to do, for a while, what only one instance may do at a time: work on the lane of a
 * site, or lead. Instances share one database and meet nowhere else.
 *
 * ```
 *             live (again and again, before the time is over)
 *              │
 *  instance ───┴── take ──> holds a lease ── giveBack ──> nobody's: the next one takes it
 *              │                  │
 *              │                  └── its instance lived too long ago ──> anyone living may take it
 *              └── leave ──> all of its leases are nobody's
 * ```
 * A lease lasts as long as its instance says in time that it lives, by the clock of the database, so that
 * the clocks of the machines do not matter. What is written under a lease carries its {@link Fence}.
 */
export interface Leases {
  /** Says that this instance lives for another `ms` milliseconds. Who comes back late finds what it still holds. */
  live(owner: string, ms: number): Promise<Roll>

  /** Takes those that no living instance holds. Only for the living. @returns those that are the owner's now */
  take(owner: string, names: readonly string[]): Promise<readonly string[]>

  /** Void for leases that are another's by now. */
  giveBack(owner: string, names: readonly string[]): Promise<void>

  /** Gives all back and is no instance any more. */
  leave(owner: string): Promise<void>

  /** Who lives and who holds what, without being one of them. */
  roll(): Promise<Roll>

  /** Calls back when an instance came, left or gave something back, or may have. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void
}

/** All instances that live, and the leases that they hold. */
export interface Roll {
  readonly instances: readonly Instance[]
  /** Owner by name of the lease; without those whose owner no longer lives. */
  readonly holders: ReadonlyMap<string, string>
}

export interface Instance {
  readonly owner: string
  /** Until it no longer counts as living unless it says so again, milliseconds from now. */
  readonly msLeft: number
}

/**
 * Makes a write void once its lease has gone to another instance: the database compares, in the same
 * transaction, and nobody can take the lease before that transaction has ended. So an instance that was
 * suspended for an hour changes nothing when it wakes up, whatever it believes.
 */
export interface Fence {
  readonly lease: string
  readonly owner: string
}

/** Confirmations of subscriptions, and whatever else is done once for all sites. */
export const leaderLease = 'leader'

/** The lane of a site; '' is the lane of what no site claims. */
export function laneLease(site: string): string {
  return `lane/${site}`
}
