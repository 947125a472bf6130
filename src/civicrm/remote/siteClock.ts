import type { Clock } from '../../clock.ts'
import { isTimeZone } from '../../settings/timeZone.ts'
import { CrmError } from '../crm.ts'
import { fitsZone, localTime, measureZone, namedZone, toEpoch } from './dates.ts'

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

export interface DatedAnswer {
  /** With what the site said to {@link siteNow}, the same in each. */
  readonly rows: readonly { readonly site_now?: string | null | undefined }[]
  /** The web server's own clock at the answer: right or wrong together with the database's. */
  readonly date: number | null
}

/** A date of CiviCRM as epoch ms, null for none. @throws CrmError timeZone */
export type ReadDate = (text: string | null | undefined) => number | null

/**
 * How the dates of an answer are to be read. A date read hours wrong could hold an address that was released, or
 * drop a true bounce: a zone that the site's own clock contradicts is not believed, and nothing is guessed.
 *
 * @throws CrmError timeZone, where the zone in the settings is none, or not the site's
 */
export function dateReader({ timeZone, clock }: SiteClock, { rows, date }: DatedAnswer): ReadDate {
  const shown = rows[0]?.site_now ?? ''
  const now = date ?? clock.now()
  if (timeZone !== null) {
    const mistake = zoneMistake(timeZone, shown, now)
    if (mistake !== null) throw wrongZone(mistake)
    const named = namedZone(timeZone)
    return (text) => toEpoch(text ?? '', named)
  }
  const zone = measureZone(shown, now)
  return (text) => {
    if (text === null || text === undefined) return null
    if (zone === null)
      throw wrongZone(
        "the site's time zone cannot be measured: it does not tell its time, or no place has such a time now",
      )
    return toEpoch(text, zone)
  }
}

/**
 * What is wrong with a zone that the settings name; null for nothing.
 * @param shown what the site's clock shows; a text that is no date says nothing against the zone
 */
export function zoneMistake(timeZone: string, shown: string, now: number): string | null {
  if (!isTimeZone(timeZone)) return `'${timeZone}' is no time zone`
  const zone = namedZone(timeZone)
  if (fitsZone(shown, zone, now) !== false) return null
  const should = localTime(now, zone).slice(0, -3)
  return `the site's clock shows ${shown.slice(0, 16)} when it is ${should} in ${timeZone}, the time zone of its settings`
}

function wrongZone(message: string): CrmError {
  return new CrmError('timeZone', message, { unknown: false, passes: false })
}
