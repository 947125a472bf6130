/** Calls in a row that must pass at a size before a larger one is tried. */
const passesToGrow = 10

/**
 * How many items one request to a site carries: as many as the site's settings allow, fewer where the
 * site does not bear so many (PHP's limits of memory and time, a proxy's of size and time), and step by step
 * more again. A pure value.
 */
export interface Pace {
  readonly size: number
  /** Calls of full size that passed since the last change. */
  readonly passes: number
  /** Why there are fewer than are allowed, in the words of the last failure; null where there are not. */
  readonly because: string | null
}

export function startPace(allowed: number): Pace {
  return { size: Math.max(1, allowed), passes: 0, because: null }
}

/** A call of so many items passed. One that was smaller than the pace proves nothing about it. */
export function faster(pace: Pace, items: number, allowed: number): Pace {
  if (pace.size >= allowed) return startPace(allowed)
  if (items < pace.size) return pace
  if (pace.passes + 1 < passesToGrow) return { ...pace, passes: pace.passes + 1 }
  const size = Math.min(allowed, pace.size * 2)
  return size === allowed ? startPace(allowed) : { ...pace, size, passes: 0 }
}

/** A call of so many items failed, and may have been too much. One of one item can be no less. */
export function slower(pace: Pace, items: number, because: string): Pace {
  if (items <= 1) return pace
  return { size: Math.max(1, Math.min(pace.size, Math.floor(items / 2))), passes: 0, because }
}
