import { addressDomain, cleanAddress } from '../ses/addresses.ts'
import type { MailFacts } from '../ses/mailEvent.ts'
import { isWithin } from './domains.ts'

/**
 * - `own`: one of the mail's senders is of the site's domains, or the site names none.
 * - `claimed`: nothing but a mailing reference in a header says so, and anybody can write one into his mail: it
 *   counts as far as CiviCRM knows the reference.
 * - `foreign`: other software of the same SES account sent it (or it names no sender at all).
 *
 * Only `own` mail is ever matched by address.
 */
export type SenderStanding = 'own' | 'claimed' | 'foreign'

/** @param senderDomains the site's; empty = every sender counts as its own */
export function senderStanding(mail: MailFacts, senderDomains: readonly string[]): 'own' | 'foreign' {
  if (senderDomains.length === 0) return 'own'
  return senderDomainsOf(mail).some((domain) => senderDomains.some((own) => isWithin(domain, own))) ? 'own' : 'foreign'
}

/** Every domain by which the mail names its sender: From, the envelope, SES's tag. */
export function senderDomainsOf(mail: MailFacts): readonly string[] {
  const addresses = [...mail.from, cleanAddress(mail.source)]
  const domains = [...addresses.map((address) => addressDomain(address)), ...(mail.tags['ses:from-domain'] ?? [])]
  return [...new Set(domains.filter((domain) => domain !== ''))]
}
