/** Calls in a row that must pass at a size before a larger one is tried. */
const passesToGrow = 10

/**
 * How many items one request to a site carries: as many as the site's settings allow, fewer where the
 * site turns requests away for their size or does not get through them in time (413, 504, time-outs),
 * and step by step more again. A pure value.
 */
export interface Pace {
  readonly size: number
  /** Calls of full size that passed since the last change. */
  readonly passes: number
}

export function startPace(allowed: number): Pace {
  return { size: Math.max(1, allowed), passes: 0 }
}

/** A call of so many items passed. One that was smaller than the pace proves nothing about it. */
export function faster(pace: Pace, items: number, allowed: number): Pace {
  if (pace.size >= allowed) return startPace(allowed)
  if (items < pace.size) return pace
  if (pace.passes + 1 < passesToGrow) return { size: pace.size, passes: pace.passes + 1 }
  return { size: Math.min(allowed, pace.size * 2), passes: 0 }
}

/** A call of so many items was too much. */
export function slower(pace: Pace, items: number): Pace {
  return { size: Math.max(1, Math.min(pace.size, Math.floor(items / 2))), passes: 0 }
}
