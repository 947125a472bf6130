import type { MailEvent } from '../ses/mailEvent.ts'
import { isKnown } from '../ses/kinds.ts'
import { alarmAbout } from './decide/effects.ts'
import { decideByAddress } from './decide/byAddress.ts'
import { decideByReference } from './decide/byReference.ts'
import type { Correlation } from './correlate.ts'
import type { CrmFacts } from './crmFacts.ts'
import type { Decision } from './decision.ts'
import { byPolicy, byStructure, type DecisionCase } from './decide/decisionCase.ts'
import { fittingRule } from './policy/evaluate.ts'
import type { SiteRules } from './siteRules.ts'
import { type Way, wayOf } from './decide/way.ts'

/**
 * Decides what one mail event does in a site's CiviCRM. Pure: the same input gives the same decision, so
 * any stored event can be decided again under other rules and compared.
 *
 * The site's policy says what an event means; the rules around it, which no policy can switch off, say
 * whom it may touch: nobody for mail of other software, only the one certain recipient of a complaint,
 * never somebody whose address was released since, never the To contact for a copy.
 */
export function decide(event: MailEvent, correlation: Correlation, facts: CrmFacts, rules: SiteRules): Decision {
  if (correlation.sender === 'foreign')
    return foreign(event, rules, 'Other software of the same SES account sent the mail')
  const rule = fittingRule(rules.policy, event)
  if (rule === null) return withoutRule(event, rules)

  const given: DecisionCase = { event, facts, rules, rule }
  if (rule.effects.length === 0) return byPolicy(given, 'none', [], 'It is kept, without effect in CiviCRM.')
  if (rule.effects.every((asked) => asked.effect === 'alarm'))
    return byPolicy(given, 'none', [alarmAbout(given)], 'An alarm is raised; nothing changes in CiviCRM.')
  if (correlation.mailedTo === '')
    return byStructure(
      given,
      'recipient-unnamed',
      'none',
      'SES does not name the recipient, and the mail had several: nobody is charged.',
    )

  const way = wayOf(event, correlation, facts)
  if (correlation.sender === 'claimed' && way.via === 'address')
    return foreign(
      event,
      rules,
      'The mail names a mailing of this site, but neither its sender nor CiviCRM confirms that',
    )
  if (isOneOfSeveral(event, way))
    return byStructure(
      given,
      'complaint-one-of-several',
      'possible',
      `SES names ${event.namedRecipients} recipients who may have complained; that this one did is not certain, so nothing is done.`,
    )
  return way.via === 'reference' ? decideByReference(given, way) : decideByAddress(given, way)
}

function foreign(event: MailEvent, rules: SiteRules, why: string): Decision {
  return byStructure({ event, rules }, 'foreign-sender', 'foreign', `${why}, so it is kept and concerns nobody here.`)
}

/** A complaint names everyone of the mail at that provider; the one whom the mailing was for is taken as certain. */
function isOneOfSeveral(event: MailEvent, way: Way): boolean {
  return event.kind === 'complaint' && event.namedRecipients > 1 && !way.owns
}

function withoutRule(event: MailEvent, rules: SiteRules): Decision {
  return isKnown(event.kind)
    ? byStructure({ event, rules }, 'no-rule-fits', 'none', 'No rule of the policy fits, so it is kept without effect.')
    : byStructure({ event, rules }, 'unknown-kind', 'none', 'It is kept without effect.')
}
