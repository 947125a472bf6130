import { correlate } from '../civimail/correlate.ts'
import type { CountedBounce } from '../civimail/counting.ts'
import { assumedFacts, type CrmFacts } from '../civimail/crmFacts.ts'
import { decide } from '../civimail/decide.ts'
import type { Decision } from '../civimail/decision.ts'
import type { SiteRules } from '../civimail/siteRules.ts'
import type { MailEvent } from '../ses/mailEvent.ts'

export interface Redecision {
  readonly decision: Decision
  /**
   * Whether it rests on what was known of CiviCRM at the time. Where nothing had to be read then, or it is no longer
   * kept, the address is assumed to be known and the mailing to be there: the effects name no rows and no contacts.
   */
  readonly basis: 'facts' | 'assumed'
}

/**
 * Decides a stored mail event again, by the rules of the moment or by others. Pure.
 * @param counted what would have been counted for the address before it, newest first
 */
export function redecide(
  { event, facts }: { readonly event: MailEvent; readonly facts: CrmFacts | null },
  rules: SiteRules,
  counted: readonly CountedBounce[],
): Redecision {
  const decision = decide(event, correlate(event, rules), { ...(facts ?? assumedFacts), counted }, rules)
  // Without an effect on somebody nothing turned on what CiviCRM knows.
  const turnsOnFacts = decision.effects.some(({ effect }) => effect !== 'alarm')
  return { decision, basis: facts === null && turnsOnFacts ? 'assumed' : 'facts' }
}

/** What a decision does, in few words, without naming anybody; equal for decisions that do the same. */
export function doesWhat(effects: Decision['effects']): string {
  const words = effects.map((effect) => {
    if (effect.effect === 'bounce') return `${effect.bounceType} bounce on the mailing`
    if (effect.effect === 'hold') return `${effect.bounceType} bounce counted for the address`
    return effect.effect === 'optOut' ? 'opt-out' : 'alarm'
  })
  return words.length === 0 ? 'nothing' : words.toSorted().join(', ')
}
