import type { VerpSettings } from '../../civimail/reference.ts'
import { verpAddress } from '../../civimail/verp.ts'
import { sesMessage, type SesMessageInput } from '../sesMessage.ts'
import { plainVerp, type Row, verpDomain } from './defectCase.ts'

/** Where a mail carries its VERP address. */
export type VerpPlace = 'X-CiviMail-Bounce' | 'Return-Path' | 'mail.source'

export interface VerpOptions {
  readonly verp?: VerpSettings
  /** All, unless given. */
  readonly places?: readonly VerpPlace[]
  readonly action?: string
}

/** A record about a mail that CiviMail sent for this queue row. */
export function verpMessage(row: Row, input: SesMessageInput, options: VerpOptions = {}): string {
  const { verp = plainVerp, action = 'b', places = ['X-CiviMail-Bounce', 'Return-Path', 'mail.source'] } = options
  const address = verpAddress({ ...row, action, domain: verpDomain }, verp)
  const own = places.filter((place) => place !== 'mail.source').map((name) => ({ name, value: address }))
  return sesMessage({
    ...(places.includes('mail.source') ? { source: address } : {}),
    ...input,
    headers: input.headers === null ? null : [...own, ...(input.headers ?? [])],
  })
}
