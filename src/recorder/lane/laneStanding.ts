/** How a lane stands, for a person. */
export interface LaneStanding {
  readonly site: string
  /** When the site may be called again, epoch ms; null: it is called. */
  readonly notBefore: number | null
  /** Of the site, as it said last; null: it is not at fault. */
  readonly fault: string | null
  /** How much goes into one request. */
  readonly bounces: Portion
  readonly reads: Portion
}

interface Portion {
  readonly size: number
  readonly allowed: number
  readonly because: string | null
}
