import { isWithin } from './domains.ts'
import type { MailingReference, VerpSettings } from './reference.ts'
import { parseVerp } from './verp.ts'

/** Core writes `u`; extensions also `o`, and `e` where a link subscribes again. */
const letters = 'uoe'

/**
 * The mailing reference in a List-Unsubscribe header (RFC 2369): CiviMail writes an address and a link
 * with `jid`, `qid` and `h` next to each other. The link counts where its host, or the address beside it,
 * is of the site's own domains: another CiviCRM of the same SES account writes the same form.
 */
export function referenceOfListUnsubscribe(value: string, verp: VerpSettings): MailingReference | null {
  const links = [...value.matchAll(/<\s*([^<>\s]+)\s*>/g)].map((match) => match[1] ?? '')
  const addresses = links.filter((link) => /^mailto:/i.test(link)).map((link) => mailtoAddress(link))
  for (const address of addresses) {
    const reference = parseVerp(address, verp, letters)
    if (reference !== null) return reference
  }
  const domains = addresses.map((address) => address.slice(address.lastIndexOf('@') + 1))
  const trusted =
    verp.domains.length === 0 || domains.some((domain) => verp.domains.some((own) => isWithin(domain, own)))
  for (const link of links) {
    const reference = referenceOfLink(link)
    if (reference !== null && (trusted || verp.domains.some((own) => related(reference.domain, own)))) return reference
  }
  return null
}

function mailtoAddress(link: string): string {
  const address = link.slice('mailto:'.length).replace(/\?.*$/, '')
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

function referenceOfLink(link: string): MailingReference | null {
  if (!/^https?:/i.test(link) || !URL.canParse(link)) return null
  const url = new URL(link.replaceAll('&amp;', '&'))
  const [job, queue, hash] = ['jid', 'qid', 'h'].map((name) => url.searchParams.get(name) ?? '')
  const [jobId, queueId] = [readId(job), readId(queue)]
  if (jobId === null || queueId === null || hash === undefined || !/^[0-9A-Za-z]{16}$/.test(hash)) return null
  return { jobId, queueId, hash, action: 'u', domain: url.hostname }
}

function readId(text = ''): number | null {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null
}

/** A CMS may stand at the organisation's domain while its mail comes from one below, or the other way round. */
function related(host: string, own: string): boolean {
  return isWithin(host, own) || isWithin(own, host)
}
