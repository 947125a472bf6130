import type { MailFacts } from '../ses/mailEvent.ts'
import { isWithin } from './domains.ts'
import { findReference } from './findReference.ts'
import type { CorrelationRules } from './correlate.ts'
import { senderDomainsOf } from './sender.ts'

/** A site whose topics allow the notification's topic. */
export interface SiteCandidate extends CorrelationRules {
  readonly id: string
}

export type SiteChoice =
  | { readonly site: string; readonly by: 'path' | 'topic' | 'verp' | 'sender' }
  | { readonly site: null; readonly why: 'none' | 'ambiguous' }

/**
 * Which site a mail event is for. A site named by the path or alone allowed for the topic is certain;
 * where several share a topic, the mail itself must say: by a VERP address at a domain of the site,
 * then by its sender, where the closest domain wins (crm.example.org before example.org).
 *
 * @param addressed the site named by the path, '' for the shared addresses
 * @param candidates sites that allow the topic
 */
export function chooseSite(addressed: string, candidates: readonly SiteCandidate[], mail: MailFacts): SiteChoice {
  if (addressed !== '') {
    return candidates.some((site) => site.id === addressed)
      ? { site: addressed, by: 'path' }
      : { site: null, why: 'none' }
  }
  const [only, ...others] = candidates
  if (only === undefined) return { site: null, why: 'none' }
  if (others.length === 0) return { site: only.id, by: 'topic' }

  const byVerp = closest(candidates, (site) => verpCloseness(mail, site))
  if (byVerp.length === 1) return { site: byVerp[0] ?? '', by: 'verp' }
  const senders = senderDomainsOf(mail)
  const among = byVerp.length > 1 ? candidates.filter((site) => byVerp.includes(site.id)) : candidates
  const named = closest(among, (site) => domainCloseness(senders, site.senderDomains))
  // A site may name no sender domains; its mail most likely comes from the domain of its VERP addresses.
  const bySender = named.length > 0 ? named : closest(among, (site) => domainCloseness(senders, site.verp.domains))
  if (bySender.length === 1) return { site: bySender[0] ?? '', by: 'sender' }
  return { site: null, why: bySender.length + byVerp.length > 0 ? 'ambiguous' : 'none' }
}

/** Ids of the sites with the highest measure above zero. */
function closest(sites: readonly SiteCandidate[], measure: (site: SiteCandidate) => number): readonly string[] {
  const measured = sites.map((site) => ({ id: site.id, closeness: measure(site) }))
  const best = Math.max(1, ...measured.map((entry) => entry.closeness))
  return measured.filter((entry) => entry.closeness === best).map((entry) => entry.id)
}

/** A site without domains accepts any VERP address, which proves nothing. */
function verpCloseness(mail: MailFacts, { verp }: SiteCandidate): number {
  const reference = verp.domains.length === 0 ? null : findReference(mail, verp)
  return reference === null ? 0 : Math.max(1, domainCloseness([reference.domain], verp.domains))
}

/** Labels of the longest of the site's domains that one of these lies within; 0 = none. */
function domainCloseness(domains: readonly string[], own: readonly string[]): number {
  const fitting = own.filter((domain) => domains.some((one) => isWithin(one, domain)))
  return Math.max(0, ...fitting.map((domain) => domain.split('.').length))
}
