import { isConfusable } from '../civimail/confusable.ts'
import { siteRules } from '../civimail/siteRules.ts'
import type { Site } from '../settings/site.ts'
import type { Risk } from './risk.ts'

/**
 * Of sites that share a topic, those whose mail the gateway cannot tell from another's: it is kept for no site, and
 * nobody hears of it.
 * @param sites all that there are
 */
export function topicRisks(sites: readonly Site[]): readonly Risk[] {
  return sites.flatMap((site) => sites.flatMap((other) => riskBetween(site, other)))
}

/** Those that this site has with others, either way. */
export function topicRisksWith(id: string, sites: readonly Site[]): readonly Risk[] {
  const site = sites.find((one) => one.id === id)
  if (site === undefined) return []
  return sites.flatMap((other) => [...riskBetween(site, other), ...riskBetween(other, site)])
}

function riskBetween(site: Site, other: Site): readonly Risk[] {
  if (other.id === site.id || !shareTopic(site, other)) return []
  if (!isConfusable({ id: site.id, ...siteRules(site) }, { id: other.id, ...siteRules(other) })) return []
  const message =
    `it shares a topic with the site ${other.id}, and its mail cannot be told from that one's by domain or sender: ` +
    `such events are kept for no site, or go to ${other.id}. Give each its own domains or sender domains, or ` +
    `subscribe the topic at the site's own address (/sns/${site.id})`
  return [{ about: `site ${site.id}`, message }]
}

function shareTopic(one: Site, other: Site): boolean {
  return one.topics.some((topic) => other.topics.some((allowed) => covers(topic, allowed) || covers(allowed, topic)))
}

/** Whether messages of the topic, or of all topics of the account, are taken for this site. */
export function isAllowed(topic: string, { topics }: Pick<Site, 'topics'>): boolean {
  return topics.some((allowed) => covers(allowed, topic))
}

/** An AWS account's number covers every topic of that account. */
function covers(allowed: string, topic: string): boolean {
  return allowed === topic || allowed === topic.split(':')[4]
}
