import { z } from 'zod'
import type { Clock } from '../../../clock.ts'
import { errorCatalogue } from '../../../errors/catalogue.ts'
import { api4 } from '../api4.ts'
import type { Connection } from '../connection.ts'
import { measureZone, zoneName } from '../dates.ts'
import { siteNow, zoneMistake } from '../siteClock.ts'
import { failed, ok, unknown } from './check.ts'
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
  const call = {
    entity: 'Email',
    action: 'get',
    params: { select: ['id', siteNow], where: [['id', '>', 0]], limit: 1 },
    row: z.object({ site_now: z.string() }),
  } as const
  const { rows, date } = await api4(connection, call)
  const now = date ?? clock.now()
  const text = rows[0]?.site_now ?? ''
  if (settings.timeZone !== null) return named(settings.timeZone, text, now)
  const measured = measureZone(text, now)
  if (measured === null)
    return {
      check: unknown(
        'timeZone',
        'The site did not tell its time.',
        'Name its zone with --time-zone, e.g. Europe/Berlin.',
      ),
      timeZone: null,
    }
  return {
    check: ok(
      'timeZone',
      `The site's clock is at ${zoneName(measured)}.`,
      'Where it changes for summer, name the zone with --time-zone (e.g. Europe/Berlin): then dates of the other half of the year are exact too.',
    ),
    timeZone: zoneName(measured),
  }
}

function named(timeZone: string, text: string, now: number): ZoneFinding {
  const mistake = zoneMistake(timeZone, text, now)
  if (mistake !== null) {
    const says = `${mistake.charAt(0).toUpperCase()}${mistake.slice(1)}.`
    return { check: failed('timeZone', says, errorCatalogue.CIVICRM_TIME_ZONE.hint), timeZone: null }
  }
  const compared = text === '' ? '' : ", which fits the site's clock"
  return { check: ok('timeZone', `Dates are read as ${timeZone}${compared}.`), timeZone }
}
