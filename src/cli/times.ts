import { GatewayError } from '../errors/gatewayError.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What the commands print, ISO text, and both cut short; without a zone it is UTC, as all that they print. */
const dateTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d:\d\d)?)?$/i

/**
 * A moment as people write it: a date or a time (`2026-11-24`, `2026-11-24T10:00`, `2026-11-24 10:00:00`, with `Z` or
 * `+01:00` at the end for a zone other than UTC) or an age (`30m`, `12h`, `7d`).
 * @returns epoch ms
 * @throws GatewayError COMMAND_USAGE
 */
export function parseMoment(text: string, now: number): number {
  const age = /^(\d{1,5})([mhd])$/.exec(text)
  if (age !== null) return now - Number(age[1]) * (units[age[2] ?? ''] ?? 0)
  const time = parseDateTime(text)
  if (time === null) {
    throw new GatewayError(
      'COMMAND_USAGE',
      `"${text}" is no time: write 2026-11-24 or 2026-11-24T10:00 (both UTC), 2026-11-24T10:00+01:00, 30m, 12h or 7d`,
    )
  }
  return time
}

function parseDateTime(text: string): number | null {
  const [, date = '', time = '00:00', zone = 'Z'] = dateTime.exec(text) ?? []
  // Left to itself, Date takes a time without a zone for the machine's own, and the 31st of a shorter month for the next.
  const day = Date.parse(`${date}T00:00Z`)
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return null
  const moment = Date.parse(`${date}T${time}${zone.toUpperCase() === 'UTC' ? 'Z' : zone.toUpperCase()}`)
  return Number.isNaN(moment) ? null : moment
}

export interface Span {
  readonly since?: number | undefined
  readonly before?: number | undefined
}

/**
 * `--since` and `--before` of a filter.
 * @throws GatewayError COMMAND_USAGE, also where nothing can lie between them: "nothing found" would read as an answer
 */
export function parseSpan(
  given: { readonly since?: string | undefined; readonly before?: string | undefined },
  now: number,
): Span {
  const since = given.since === undefined ? undefined : parseMoment(given.since, now)
  const before = given.before === undefined ? undefined : parseMoment(given.before, now)
  if (since !== undefined && since > now)
    throw new GatewayError('COMMAND_USAGE', `--since: ${given.since} has not come yet`)
  if (since !== undefined && before !== undefined && since >= before)
    throw new GatewayError('COMMAND_USAGE', `nothing lies between --since ${given.since} and --before ${given.before}`)
  return { ...(since === undefined ? {} : { since }), ...(before === undefined ? {} : { before }) }
}
