import { chooseSite, type SiteCandidate } from '../civimail/chooseSite.ts'
import { siteRules } from '../civimail/siteRules.ts'
import type { ChooseSite } from '../ingest/accept.ts'
import { interpret } from '../ses/interpret.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'

/**
 * Which of several sites with the same topic is to record a message, by the domains in the mail itself;
 * '' where it cannot be told: then it is kept as foreign, touching nobody.
 */
export function chooseLane(settings: Pick<Settings, 'site'>): ChooseSite {
  /** By the site as it is known: one that has changed is another object. */
  const known = new WeakMap<Site, SiteCandidate>()
  const candidateOf = (site: Site): SiteCandidate => {
    const candidate = known.get(site) ?? { id: site.id, ...siteRules(site) }
    known.set(site, candidate)
    return candidate
  }
  return (message, candidates) => {
    const interpretation = interpret(message, null)
    const mail = interpretation.form === 'events' ? interpretation.events[0]?.mail : undefined
    if (mail === undefined) return ''
    const sites = candidates
      .map((id) => settings.site(id))
      .filter((site) => site !== null)
      .map(candidateOf)
    return chooseSite('', sites, mail).site ?? ''
  }
}
