import type { Random } from '../../clock.ts'
import type { BackoffShape } from '../limits.ts'

/**
 * The pause after so many failures in a row: uniform between `least` and a ceiling that doubles ("full
 * jitter", AWS Architecture Blog, 2015), so that whatever failed together does not come back together.
 *
 * @param failures 1 after the first
 * @returns whole milliseconds
 */
export function backoff(failures: number, shape: BackoffShape, random: Random): number {
  const { least, first, most } = shape
  // The exponent is bounded: 2 ** 2000 is Infinity, and Infinity * 0 is no number.
  const ceiling = Math.min(most, first * 2 ** Math.min(Math.max(failures, 1) - 1, 50))
  return Math.round(least + random() * Math.max(0, ceiling - least))
}
