import type { Reply } from './exchange.ts'

/** However long a site asks for: a slip of the pen in its configuration must not keep everything for a year. */
const mostMs = 3_600_000

/**
 * How long the site asks not to be called (`Retry-After`: seconds, or a date by its own clock), milliseconds;
 * 0 where it asks for nothing that can be read.
 */
export function retryAfterMs({ retryAfter, date }: Pick<Reply, 'retryAfter' | 'date'>): number {
  const text = retryAfter?.trim() ?? ''
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - (date ?? Number.NaN)
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), mostMs)
}
