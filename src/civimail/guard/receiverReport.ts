import { addressDomain } from '../../ses/addresses.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'
import { dsnStatus } from '../dsnStatus.ts'

/** What one mail event says about the receiving domain. */
export interface ReceiverReport {
  readonly domain: string
  /** null: it took the mail; else the status with which it refused it for good, `unnamed` where SES gives none. */
  readonly refusedWith: string | null
}

/** Subtypes by which SES itself did not send: they say nothing about the receiving side. */
const ofSes: ReadonlySet<string> = new Set([
  'suppressed',
  'onaccountsuppressionlist',
  'ontenantsuppressionlist',
  'unsubscribedrecipient',
])

/** null for what says nothing about it: passing failures, delays, and what SES never sent. */
export function receiverReport({ kind, recipient, bounce }: MailEvent): ReceiverReport | null {
  const domain = addressDomain(recipient)
  if (domain === '') return null
  if (kind === 'delivery') return { domain, refusedWith: null }
  if (kind !== 'bounce' || bounce?.type.toLowerCase() !== 'permanent') return null
  if (ofSes.has(bounce.subType.toLowerCase())) return null
  return { domain, refusedWith: dsnStatus(bounce) ?? 'unnamed' }
}
