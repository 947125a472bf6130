import { sameAddress } from '../ses/addresses.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import { findReference } from './findReference.ts'
import type { FoundReference, VerpSettings } from './reference.ts'
import { type SenderStanding, senderStanding } from './sender.ts'

/**
 * Whose the reference is, as far as the record itself says; a queue row read from the CRM knows better.
 * - `own`: of the recipient whom the event names: charged on the mailing.
 * - `copy`: of another recipient of the same mail; CC and BCC carry the To contact's reference.
 * - `unknown`: several destinations, and the record does not say which of them is To.
 */
export type Ownership = 'own' | 'copy' | 'unknown'

/** What ties a mail event to a site's CiviCRM. */
export interface Correlation {
  readonly reference: FoundReference | null
  /** Of the reference; 'unknown' where there is none. */
  readonly ownership: Ownership
  readonly sender: SenderStanding
  /**
   * The address that the mail was sent to, in our spelling: the single destination, else the recipient.
   * The recipient is what the last server of a forwarding chain called itself.
   */
  readonly mailedTo: string
}

/** What correlation needs of a site. */
export interface CorrelationRules {
  readonly verp: VerpSettings
  readonly senderDomains: readonly string[]
}

/** Correlates one mail event with one site. */
export function correlate(event: MailEvent, rules: CorrelationRules): Correlation {
  const { verp, senderDomains } = rules
  const reference = findReference(event.mail, verp)
  const ownership = reference === null ? 'unknown' : ownershipOf(event)
  // SES lets nobody send from a domain that the account has not verified; headers it does not look at.
  const accepted = senderDomains.length === 0 ? [] : [...senderDomains, ...verp.domains]
  const sender = senderStanding(event.mail, accepted)
  const claims = sender === 'foreign' && reference !== null && verp.domains.length > 0
  return {
    reference,
    ownership,
    sender: claims ? 'claimed' : sender,
    mailedTo: onlyDestination(event) ?? event.recipient,
  }
}

function ownershipOf(event: MailEvent): Ownership {
  const { destinations, to } = event.mail
  if (onlyDestination(event) !== null) return 'own'
  if (destinations.length === 1) return sameAddress(destinations[0] ?? '', event.recipient) ? 'own' : 'copy'
  const [contact] = to
  if (contact === undefined) return 'unknown'
  // A CiviMail mail has one To; should there be several, the reference is the first one's.
  return sameAddress(contact, event.recipient) ? 'own' : 'copy'
}

/**
 * The one address that the mail went to, whatever SES calls the recipient: forwarding changes the
 * spelling. Not where SES names several recipients for it.
 */
function onlyDestination(event: MailEvent): string | null {
  const [only, ...others] = event.mail.destinations
  return only !== undefined && others.length === 0 && event.namedRecipients === 1 ? only : null
}
