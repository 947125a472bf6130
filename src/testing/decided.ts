import { defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { correlate } from '../civimail/correlate.ts'
import type { AddressRow, CrmFacts, QueueRow } from '../civimail/crmFacts.ts'
import { decide } from '../civimail/decide.ts'
import type { Decision } from '../civimail/decision.ts'
import { presets } from '../civimail/policy/presets.ts'
import type { SiteRules } from '../civimail/siteRules.ts'
import { eventsOf } from './eventOf.ts'
import { sesMessage, type SesMessageInput } from './sesMessage.ts'

/** One contact, one mailing to her, and what a test changes about it. */

export const day = 86_400_000
export const reader = 'reader@example.net'

export const hash = 'zzinafzl1gunbnsy'
export const verpSource = `bounce+b.2.3006.${hash}@crm.example.org`
export const reference = { jobId: 2, queueId: 3006, hash, action: 'b', domain: 'crm.example.org', from: 'mail.source' }

/** Mail without a reference. */
export const transactional = { source: 'info@example.org' }

const site: SiteRules = {
  verp: { localpart: 'bounce+', separator: '.', domains: ['crm.example.org'] },
  senderDomains: [],
  policy: presets.standard,
  bounceTypes: defaultBounceTypes,
}

export function addressRow(emailId: number, more: Partial<AddressRow> = {}): AddressRow {
  return { emailId, contactId: emailId + 100, email: reader, onHold: 0, resetDate: null, optedOut: false, ...more }
}

export function queueRow(more: Partial<QueueRow> = {}): QueueRow {
  return { queueId: 3006, hash, contactId: 101, emailId: 1, email: reader, resetDate: null, ...more }
}

const known: CrmFacts = { queueRow: queueRow(), addressRows: [addressRow(1)], counted: [] }

/**
 * Decides on one event of a record: a hard bounce of {@link reader} about her mailing, unless told otherwise.
 * @param which event of the record
 */
export function decided(
  input: Partial<SesMessageInput>,
  facts: Partial<CrmFacts> = {},
  rules: Partial<SiteRules> = {},
  which = 0,
): Decision {
  const event = eventsOf(sesMessage({ kind: 'Bounce', recipients: [reader], source: verpSource, ...input }))[which]!
  const all = { ...site, ...rules }
  return decide(event, correlate(event, all), { ...known, ...facts }, all)
}
