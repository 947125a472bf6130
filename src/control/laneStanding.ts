/** How the lane of a site stands in the running gateway. */
export interface LaneStanding {
  readonly site: string
  /** When the site is called again, epoch ms; null while it is called. */
  readonly notBefore: number | null
  /** What the site said when it was last at fault; null while it is not. */
  readonly fault: string | null
  readonly bounces: Portion
  readonly reads: Portion
}

/** How much goes into one request. */
export interface Portion {
  readonly size: number
  readonly allowed: number
  /** Why it is less than is allowed; null where it is not. */
  readonly because: string | null
}
