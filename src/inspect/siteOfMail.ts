import { chooseSite } from '../civimail/chooseSite.ts'
import { rulesWithoutSite, type SiteRules, siteRules } from '../civimail/siteRules.ts'
import type { MailFacts } from '../ses/mailEvent.ts'
import { allowListOf, sitesAllowing } from '../ingest/allowList.ts'
import type { Site } from '../settings/site.ts'

/**
 * The rules by which a mail is judged: of the site that the gateway would choose. A bare SES record names
 * no topic, so every site may be its own; with one site there is nothing to choose.
 */
export function rulesOfMail(sites: readonly Site[]): (mail: MailFacts, topicArn: string | null) => SiteRules {
  const allowList = allowListOf(sites)
  return (mail, topicArn) => {
    const [only, ...others] = sites
    if (only === undefined) return rulesWithoutSite
    if (others.length === 0) return siteRules(only)
    const allowed = topicArn === null ? sites.map((site) => site.id) : sitesAllowing(allowList, topicArn, '')
    const candidates = sites
      .filter((site) => allowed.includes(site.id))
      .map((site) => ({ id: site.id, ...siteRules(site) }))
    const choice = chooseSite('', candidates, mail)
    return candidates.find((site) => site.id === choice.site) ?? rulesWithoutSite
  }
}
