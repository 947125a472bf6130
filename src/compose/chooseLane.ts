import { chooseSite } from '../civimail/chooseSite.ts'
import { siteRules } from '../civimail/siteRules.ts'
import type { ChooseSite } from '../ingest/accept.ts'
import { interpret } from '../ses/interpret.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Which of several sites with the same topic is to record a message, by the domains in the mail itself;
 * '' where it cannot be told: then it is kept as foreign, touching nobody.
 */
export function chooseLane(settings: Pick<Settings, 'site'>): ChooseSite {
  return (message, candidates) => {
    const interpretation = interpret(message, null)
    const mail = interpretation.form === 'events' ? interpretation.events[0]?.mail : undefined
    if (mail === undefined) return ''
    const sites = candidates
      .map((id) => settings.site(id))
      .filter((site) => site !== null)
      .map((site) => ({ id: site.id, ...siteRules(site) }))
    return chooseSite('', sites, mail).site ?? ''
  }
}
