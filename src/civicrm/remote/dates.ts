/**
 * CiviCRM stores `reset_date` and its like as DATETIME in the site's local time, without an offset
 * (PHP's `date('YmdHis')`), so a reader must know the zone.
 *
 * - by name: exact through all changes of daylight saving.
 * - `offsetMinutes`: what was measured just now; a date of the other half of the year may be read an
 *   hour wrong.
 */
export type SiteZone = NamedZone | { readonly offsetMinutes: number }

export interface NamedZone {
  readonly timeZone: string
  /** From UTC at a moment, in ms. */
  readonly offsetAt: (moment: number) => number
}

const minute = 60_000
/** All offsets in use are multiples of a quarter of an hour. */
const quarter = 15

/** A date of CiviCRM as epoch ms; null for none (NULL, the text "null", zero dates). */
export function toEpoch(value: string, zone: SiteZone): number | null {
  const wall = wallClock(value)
  if (wall === null) return null
  if ('offsetMinutes' in zone) return wall - zone.offsetMinutes * minute
  // The offset depends on the moment that we look for: try the offsets of a day before and after. Where
  // both fit (the hour that comes twice in autumn) the later moment counts: whatever happened in that
  // hour is then older than the release, and nobody is put on hold by a doubt.
  const candidates = [wall + 24 * 60 * minute, wall - 24 * 60 * minute].map((near) => wall - zone.offsetAt(near))
  const fitting = candidates.filter((moment) => moment + zone.offsetAt(moment) === wall)
  // None fits for an hour that spring leaves out.
  return Math.max(...(fitting.length > 0 ? fitting : candidates))
}

/**
 * The site's offset, from its answer to "what time is it" and the true time.
 *
 * @returns null where the text is no date, or no place on earth has such an offset
 */
export function measureZone(siteNow: string, now: number): { readonly offsetMinutes: number } | null {
  const wall = wallClock(siteNow)
  if (wall === null) return null
  const offsetMinutes = Math.round((wall - now) / minute / quarter) * quarter
  // From UTC-12 to UTC+14.
  return offsetMinutes < -12 * 60 || offsetMinutes > 14 * 60 ? null : { offsetMinutes: offsetMinutes + 0 }
}

/** More cannot lie between the clocks of one well-kept site and the moments at which they were read. */
const mostApart = 10 * minute

/** Whether a clock that shows `siteNow` at this moment may hang in the zone; null where the text is no date. */
export function fitsZone(siteNow: string, { offsetAt }: NamedZone, now: number): boolean | null {
  const wall = wallClock(siteNow)
  if (wall === null) return null
  // Both, since the clocks may be changed just now.
  return [now - mostApart, now + mostApart].some((near) => Math.abs(wall - offsetAt(near) - now) <= mostApart)
}

/** The time in a zone, as CiviCRM writes it. */
export function localTime(moment: number, { offsetAt }: NamedZone): string {
  return new Date(moment + offsetAt(moment)).toISOString().slice(0, 19).replace('T', ' ')
}

/** As people write it: `UTC+05:45`. */
export function zoneName(zone: SiteZone): string {
  if ('timeZone' in zone) return zone.timeZone
  const minutes = Math.abs(zone.offsetMinutes)
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0')
  return `UTC${zone.offsetMinutes < 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`
}

/** The reading of the clock on the wall, as if it hung in UTC. */
function wallClock(value: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(value)
  if (parts === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, min = 0, second = 0] = parts.slice(1).map(Number)
  if (year === 0 || month === 0 || day === 0) return null
  return Date.UTC(year, month - 1, day, hour, min, second)
}

/**
 * A zone of the IANA database, for many dates: to make a format takes longer than to use it a hundred times.
 * @throws RangeError where there is none of that name
 */
export function namedZone(timeZone: string): NamedZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const offsetAt = (moment: number): number => {
    const parts = format.formatToParts(moment)
    const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value)
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    return wall - Math.floor(moment / 1000) * 1000
  }
  return { timeZone, offsetAt }
}
