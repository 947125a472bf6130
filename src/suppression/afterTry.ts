import type { Removal } from '../aws/suppressionList.ts'
import type { RemovalOutcome, WantedRemoval } from './removals.ts'

const minute = 60_000
const hour = 60 * minute

/** Nothing is made to wait longer. */
export const longestPauseMs = hour

/** After so long in vain a person should know that nothing comes of it. */
const givesUpMs = 14 * 24 * hour

/** What came of a try; `gone`: there is nobody any more for whom it could be tried. */
export type Attempt = Removal | { readonly removal: 'gone'; readonly error: string }

/**
 * When an address is tried again, by what AWS said: a credential is given by a person, so once an hour is enough;
 * a fault passes, mostly. Pure.
 */
export function afterTry(
  { site, address, askedAt, tries }: WantedRemoval,
  removal: Attempt,
  now: number,
): RemovalOutcome {
  const base = { site, address, askedAt }
  if (removal.removal === 'removed' || removal.removal === 'absent')
    return { ...base, state: removal.removal, at: now, error: null }
  const error = 'error' in removal ? removal.error : 'TooManyRequestsException'
  if (removal.removal === 'gone' || now - askedAt >= givesUpMs) return { ...base, state: 'failed', at: now, error }
  const pause =
    removal.removal === 'unauthorised' ? longestPauseMs : Math.min(longestPauseMs, minute * 2 ** Math.min(tries, 10))
  return { ...base, state: 'wanted', at: now + pause, error }
}
