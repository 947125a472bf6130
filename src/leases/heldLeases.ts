/**
 * - `held`: new work may be begun under it.
 * - `doubtful`: no word from the database for as long as a lease lasts. Nothing new is begun; what was begun
 *   is brought to its end.
 * - `gone`: another's, nobody's, or to be given up for another instance.
 */
export type Standing = 'held' | 'doubtful' | 'gone'

/** The leases of this instance, as those see them who work under them. */
export interface HeldLeases {
  /** Names this instance in claims, calls and leases. */
  readonly owner: string

  /** What there is to be shared out among all instances, in the place of what was said before. */
  share(names: readonly string[]): void

  /** Of a lease that is shared out, or of the leader's. */
  standing(name: string): Standing

  /** The work under a lease that is `gone` has ended: it may be given to another. Never rejects. */
  ended(name: string): Promise<void>

  /** Calls back when the standing of any lease may have changed. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void
}

/** For a store that only one process can open: there is nobody to share with. */
export function soleInstance(owner: string): HeldLeases {
  return {
    owner,
    share: () => undefined,
    standing: () => 'held',
    ended: async () => undefined,
    onChange: () => () => undefined,
  }
}
