import { z } from 'zod'
import type { Clock } from '../../../clock.ts'
import { api4 } from '../api4.ts'
import type { Connection } from '../connection.ts'
import { isTimeZone, measureZone, type SiteZone, toEpoch, zoneName } from '../dates.ts'
import { siteNow } from '../siteClock.ts'
import { failed, ok, unknown, warning } from './check.ts'
import type { SiteCheck } from './report.ts'

export interface ZoneFinding {
  readonly check: SiteCheck
  readonly timeZone: string | null
}

/** How the site's dates will be read, and whether the zone named in the settings fits what its clock shows. */
export async function checkTimeZone(
  connection: Connection,
  settings: { readonly timeZone: string | null },
  clock: Clock,
): Promise<ZoneFinding> {
  const named = settings.timeZone
  if (named !== null && !isTimeZone(named))
    return {
      check: failed('timeZone', `'${named}' is no time zone.`, 'Name it like Europe/Berlin, or leave `timeZone` out.'),
      timeZone: null,
    }
  const call = {
    entity: 'Email',
    action: 'get',
    params: { select: ['id', siteNow], where: [['id', '>', 0]], limit: 1 },
    row: z.object({ site_now: z.string() }),
  } as const
  const { rows, date } = await api4(connection, call)
  const now = date ?? clock.now()
  const text = rows[0]?.site_now ?? ''
  const measured = measureZone(text, now)
  if (named !== null) return { check: compare(named, measured, text, now), timeZone: named }
  if (measured === null)
    return {
      check: unknown('timeZone', 'The site did not tell its time.', 'Name the zone in `timeZone`, e.g. Europe/Berlin.'),
      timeZone: null,
    }
  return {
    check: ok(
      'timeZone',
      `The site's clock is at ${zoneName(measured)}.`,
      'Where it changes for summer, name the zone in `timeZone` (e.g. Europe/Berlin): then dates of the other half of the year are exact too.',
    ),
    timeZone: zoneName(measured),
  }
}

/** A wrong zone makes releases seem hours earlier or later than they were. */
function compare(named: string, measured: SiteZone | null, text: string, now: number): SiteCheck {
  if (measured === null) return ok('timeZone', `Dates are read as ${named}.`)
  const read = toEpoch(text, { timeZone: named })
  const quarterHour = 15 * 60_000
  if (read !== null && Math.abs(read - now) < quarterHour)
    return ok('timeZone', `Dates are read as ${named}, which fits the site's clock.`)
  return warning(
    'timeZone',
    `The settings say ${named}, but the site's clock is at ${zoneName(measured)} now.`,
    'Correct `timeZone`, or leave it out to have it measured.',
  )
}
