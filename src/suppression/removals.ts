/**
 * What is to be removed from SES's suppression lists, since whoever was released can be reached only then. Kept until
 * it is done: AWS may slow it down to one a second, and its credentials may come later than the wish.
 *
 * ```
 *   want ──> wanted ──settle──> removed | absent      does not stand there any more
 *              ^  │
 *              │  └──settle──> failed                 tried for two weeks in vain
 *              └── tried in vain: later again
 * ```
 */
export interface Removals {
  /** Asked for again, it begins anew. Durable on return. */
  want(wish: RemovalWish): Promise<void>

  /** Those whose time has come, of longest first, at most `limit`. */
  due(now: number, limit: number): Promise<readonly WantedRemoval[]>

  /** Void for those that were asked for again since. */
  settle(outcomes: readonly RemovalOutcome[]): Promise<void>

  /**
   * All that wait may be tried now: whatever was in the way, a person asks.
   * @param after only those that would wait for longer than until then @default now
   */
  hasten(now: number, after?: number): Promise<void>

  /** When the next one's time comes; null where none waits. */
  nextAt(): Promise<number | null>

  /** Of those that were asked for since a moment. */
  counts(filter: { readonly origin?: RemovalOrigin | undefined; readonly since: number }): Promise<RemovalCounts>

  /**
   * Those of which nothing has come for so long that a person should know, by site: tried in vain, given up in the last
   * week while none of the site was removed since, or never tried, while none at all was removed (AWS says that it is
   * too fast, again and again).
   */
  stuck(now: number, forMs: number): Promise<readonly StuckRemovals[]>

  /** Forgets those whose end was before. */
  forget(before: number): Promise<void>
}

/** Whether an undo took the hold back, or somebody in CiviCRM. */
export type RemovalOrigin = 'undo' | 'civicrm'

export interface RemovalWish {
  readonly site: string
  readonly addresses: readonly string[]
  readonly origin: RemovalOrigin
  readonly at: number
}

export interface WantedRemoval {
  readonly site: string
  readonly address: string
  readonly askedAt: number
  /** In vain so far. */
  readonly tries: number
}

export type RemovalState = 'wanted' | 'removed' | 'absent' | 'failed'

export interface RemovalOutcome extends Pick<WantedRemoval, 'site' | 'address' | 'askedAt'> {
  readonly state: RemovalState
  /** Of the next try, or of the end. */
  readonly at: number
  readonly error: string | null
}

export interface RemovalCounts extends Readonly<Record<RemovalState, number>> {
  /** Of one that waits or has failed, by AWS's name. */
  readonly error: string | null
}

export interface StuckRemovals {
  readonly site: string
  readonly count: number
  /** AWS's name of what was in the way of one; null: none was tried. */
  readonly error: string | null
}

const day = 86_400_000

/** The moments by which a store knows what is {@link Removals.stuck}, in the order of its statement. */
export function stuckMoments(now: number, forMs: number): readonly [number, number, number] {
  // Asked for long before, it has its end, and that is long ago too: the index leaves out most of the year.
  return [now - forMs, now - 7 * day, now - 30 * day]
}

/** Of a row of numbers by state, whichever engine has it. */
export function countsOf(
  rows: readonly { readonly state: RemovalState; readonly count: number; readonly error: string | null }[],
): RemovalCounts {
  const count = (state: RemovalState): number => rows.find((row) => row.state === state)?.count ?? 0
  return {
    wanted: count('wanted'),
    removed: count('removed'),
    absent: count('absent'),
    failed: count('failed'),
    error: rows.find(({ error }) => error !== null)?.error ?? null,
  }
}
