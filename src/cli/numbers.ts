import { GatewayError } from '../errors/gatewayError.ts'

/**
 * A whole number from 1 to `most`.
 * @param name what is wrong where it is none: the option, or `the id`; a call may have several numbers
 * @throws GatewayError COMMAND_USAGE
 */
export function parseCount(text: string, name: string, most: number = Number.MAX_SAFE_INTEGER): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? 'from 1 on' : `from 1 to ${most}`
    throw new GatewayError('COMMAND_USAGE', `${name}: "${text}" is no whole number ${range}`)
  }
  return count
}

/** A part of the whole, from 0 to 1. @throws GatewayError COMMAND_USAGE */
export function parseShare(text: string, name: string): number {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share <= 1)) {
    throw new GatewayError('COMMAND_USAGE', `${name}: "${text}" is no share from 0 to 1`)
  }
  return share
}

/** Things a second; 0 stands for no limit. @throws GatewayError COMMAND_USAGE */
export function parseRate(text: string, name: string): number {
  const rate = Number(text)
  if (text.trim() === '' || !(rate >= 0) || !Number.isFinite(rate)) {
    throw new GatewayError('COMMAND_USAGE', `${name}: "${text}" is no rate: write a number of notifications a second`)
  }
  return rate === 0 ? Number.POSITIVE_INFINITY : rate
}
