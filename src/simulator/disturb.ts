import type { Random } from '../clock.ts'
import { shuffled, wholeNumber } from './random.ts'

/** What SNS does to a stream without doing wrong: at least once, in no order, and SES tells it twice. */
export interface Disturbances<T> {
  /** Share of the items that come a second time, the very same (SNS repeats with the same MessageId). 0 to 1. */
  readonly duplicates?: number
  /** Share of the items that come in SES's other dialect too, as messages of their own. 0 to 1. */
  readonly otherDialect?: number
  /** The item in the other dialect, null where there is none. */
  readonly other?: (item: T) => T | null
  /** How many places an item may move at most; `all` mixes everything. @default 0 */
  readonly reorder?: number | 'all'
}

/**
 * Returns the stream with more items in another order; none is lost. Pure: the same items and numbers
 * give the same stream.
 */
export function disturb<T>(items: readonly T[], disturbances: Disturbances<T>, random: Random): readonly T[] {
  const { duplicates = 0, otherDialect = 0, other = () => null, reorder = 0 } = disturbances
  const told = items.flatMap((item) => {
    const again = random() < otherDialect ? other(item) : null
    return again === null ? [item] : [item, again]
  })
  const repeated = told.flatMap((item) => (random() < duplicates ? [item, item] : [item]))
  return reorder === 'all' ? shuffled(random, repeated) : moved(random, repeated, reorder)
}

/** Mixes runs of neighbours, so that nothing leaves its run: `reach` bounds how far anything moves. */
function moved<T>(random: Random, items: readonly T[], reach: number): readonly T[] {
  if (reach < 1) return items
  const length = reach + 1
  // The first run is cut short by chance; else the same places would part what is neighbours.
  const first = 1 + wholeNumber(random, length)
  const runs = [items.slice(0, first)]
  for (let start = first; start < items.length; start += length) runs.push(items.slice(start, start + length))
  return runs.flatMap((run) => shuffled(random, run))
}
