/** How pauses grow, milliseconds. */
export interface BackoffShape {
  /** No pause is shorter. */
  readonly least: number
  /** Longest pause after the first failure; it doubles with each further one. */
  readonly first: number
  /** Where the doubling ends. */
  readonly most: number
}

export interface BreakerRules {
  /** Faults in a row that only bring a short pause; the next one opens. */
  readonly tolerated: number
  /** Pauses of the faults tolerated. */
  readonly short: BackoffShape
  /** Pauses of an open breaker whose site may come back by itself. */
  readonly open: BackoffShape
  /** Pauses of an open breaker whose site must be repaired. */
  readonly repair: BackoffShape
}

/** Figures of the recorder's loop; the defaults fit, tests use others. Milliseconds unless said otherwise. */
export interface RecorderLimits {
  /** How long a claim lasts unless it is renewed, which happens at every third of it. */
  readonly leaseMs: number
  /**
   * Notifications in one batch are as many as a call to the site carries, but not so few that each would cost
   * its commits, and not so many that they fill the memory.
   */
  readonly fewestInBatch: number
  readonly mostInBatch: number
  /** Notifications in the small batch by which a site is tried again. */
  readonly probeSize: number
  /** Lanes that work at the same time; those that wait for their sites do not count. */
  readonly lanesAtWork: number
  /** KiB of claimed messages in memory, over all lanes. */
  readonly claimRoomKib: number
  /** Attempts that failed by a notification's own fault until it becomes a dead letter. */
  readonly maxAttempts: number
  /** Claims that ended in nothing, not even a failure: something in it breaks the process. */
  readonly maxBrokenOff: number
  /** From so many attempts on a notification is handled in a batch of its own, so that it breaks nobody else's. */
  readonly aloneAfter: number
  /** How much longer than its site's pause a notification waits that failed alone when the site was blamed. */
  readonly asideMs: number
  /** Pauses between the attempts of one notification. */
  readonly retry: BackoffShape
  /** Pauses after a fault of the database. */
  readonly storagePause: BackoffShape
  readonly breaker: BreakerRules
  /**
   * By what was read of a CRM no call is begun any more after this time: somebody may have been released meanwhile, and
   * a bounce from before that would hold him again.
   */
  readonly factsTrustMs: number
  /** A call that could not leave within this time of its stored intent is not made: the look after it would come too early. */
  readonly lateStartMs: number
  /** Nothing is made to wait longer: what is due later than that was stored by a clock that ran ahead. */
  readonly longestWaitMs: number
}

export const defaultBreakerRules: BreakerRules = {
  tolerated: 2,
  short: { least: 100, first: 1000, most: 4000 },
  open: { least: 2000, first: 10_000, most: 60_000 },
  repair: { least: 60_000, first: 300_000, most: 900_000 },
}

export const defaultRecorderLimits: RecorderLimits = {
  leaseMs: 60_000,
  fewestInBatch: 25,
  mostInBatch: 500,
  probeSize: 10,
  lanesAtWork: 8,
  claimRoomKib: 40 * 1024,
  maxAttempts: 12,
  maxBrokenOff: 50,
  aloneAfter: 3,
  asideMs: 120_000,
  retry: { least: 2000, first: 10_000, most: 1_800_000 },
  storagePause: { least: 200, first: 1000, most: 30_000 },
  breaker: defaultBreakerRules,
  factsTrustMs: 300_000,
  lateStartMs: 10_000,
  // A call may last 4210 s (see the site's settings), a pause half an hour.
  longestWaitMs: 7_200_000,
}
