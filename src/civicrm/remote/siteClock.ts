import type { Clock } from '../../clock.ts'
import { CrmError } from '../crm.ts'
import { measureZone, toEpoch } from './dates.ts'

/**
 * Asked for along with the rows themselves, so that each answer brings the offset it is to be read
 * with: nothing to remember, nothing stale on the night when the clocks change. CiviCRM gives its
 * database connection the zone of PHP, in which it also writes its dates.
 */
export const siteNow = 'NOW() AS site_now'

export interface SiteClock {
  /** Zone named in the site's settings; null = measured. */
  readonly timeZone: string | null
  /** Ours, for where the site's web server sends no Date. */
  readonly clock: Clock
}

export interface SiteMoment {
  readonly clock: SiteClock
  /** What the site said to {@link siteNow}. */
  readonly siteNow: string | null | undefined
  /** The web server's own clock at the answer: right or wrong together with the database's. */
  readonly date: number | null
}

/**
 * A date of CiviCRM as epoch ms, null for none.
 *
 * @throws CrmError where the site does not tell its time: a date read hours wrong could hold an address
 */
export function readDate(text: string | null | undefined, moment: SiteMoment): number | null {
  if (text === null || text === undefined) return null
  const { clock } = moment
  if (clock.timeZone !== null) return toEpoch(text, { timeZone: clock.timeZone })
  const zone = measureZone(moment.siteNow ?? '', moment.date ?? clock.clock.now())
  if (zone !== null) return toEpoch(text, zone)
  throw new CrmError('reply', "the site's time zone cannot be measured: set `timeZone` in its settings", {
    unknown: false,
    passes: false,
  })
}
