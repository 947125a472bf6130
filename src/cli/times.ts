import { GatewayError } from '../errors/gatewayError.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A moment as people write it: ISO text (`2026-11-24`, `2026-11-24T10:00:00Z`) or an age (`30m`, `12h`, `7d`).
 * @returns epoch ms
 * @throws GatewayError COMMAND_USAGE
 */
export function parseMoment(text: string, now: number): number {
  const age = /^(\d{1,5})([mhd])$/.exec(text)
  if (age !== null) return now - Number(age[1]) * (units[age[2] ?? ''] ?? 0)
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) {
    throw new GatewayError(
      'COMMAND_USAGE',
      `"${text}" is no time: write 2026-11-24, 2026-11-24T10:00:00Z, 30m, 12h or 7d`,
    )
  }
  return time
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

/** @throws GatewayError COMMAND_USAGE when it is no whole number from 1 to `most` */
export function parseCount(text: string, most: number): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new GatewayError('COMMAND_USAGE', `"${text}" is no whole number from 1 to ${most}`)
  }
  return count
}

/** @throws GatewayError COMMAND_USAGE when it is no number from 0 to 1 */
export function parseShare(text: string, option: string): number {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share <= 1)) {
    throw new GatewayError('COMMAND_USAGE', `${option}: "${text}" is no share from 0 to 1`)
  }
  return share
}

/** Things a second; 0 stands for no limit. @throws GatewayError COMMAND_USAGE */
export function parseRate(text: string): number {
  const rate = Number(text)
  if (text.trim() === '' || !(rate >= 0) || !Number.isFinite(rate)) {
    throw new GatewayError('COMMAND_USAGE', `"${text}" is no rate: write a number of notifications a second`)
  }
  return rate === 0 ? Number.POSITIVE_INFINITY : rate
}
