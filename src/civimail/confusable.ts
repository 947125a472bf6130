import type { MailFacts } from '../ses/mailEvent.ts'
import { chooseSite, type SiteCandidate } from './chooseSite.ts'
import { verpAddress } from './verp.ts'

/**
 * Whether mail of a site may be taken for nobody's, or for another site's, where both share a topic. Pure: each kind of
 * mail that the site sends, by its settings, goes through the choice itself.
 */
export function isConfusable(site: SiteCandidate, other: SiteCandidate): boolean {
  const mails = mailsOf(site)
  return mails.length === 0 || mails.some((mail) => chooseSite('', [site, other], mail).site !== site.id)
}

/** One mail of each kind; none where the settings do not say what its mail looks like. */
function mailsOf({ verp, senderDomains }: SiteCandidate): readonly MailFacts[] {
  const senders = senderDomains.length > 0 ? senderDomains : verp.domains
  const bounceAddresses = verp.domains.map((domain) =>
    verpAddress({ action: 'b', jobId: 1, queueId: 1, hash: '0123456789abcdef', domain }, verp),
  )
  return senders.flatMap((sender) =>
    (bounceAddresses.length > 0 ? bounceAddresses : [`news@${sender}`]).map((source) => mailOf(source, sender)),
  )
}

function mailOf(source: string, sender: string): MailFacts {
  return {
    source,
    destinations: [],
    headers: [],
    headersTruncated: false,
    from: [`news@${sender}`],
    to: [],
    returnPath: null,
    sentAt: null,
    tags: {},
  }
}
