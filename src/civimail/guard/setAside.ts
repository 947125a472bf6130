import type { MailEvent } from '../../ses/mailEvent.ts'
import type { Decision } from '../decision.ts'
import { sesSaid } from '../decide/sesSaid.ts'

/**
 * The decisions about a bounce of a burst. They have no effects, so each may be replaced:
 * ```
 *  (decided) ──burst──> provider-outage ──record──> provider-outage-released ──next batch──> as the policy decides
 *                              └──────────drop────> provider-outage-dropped
 * ```
 */
export const outageRules = {
  aside: 'provider-outage',
  released: 'provider-outage-released',
  dropped: 'provider-outage-dropped',
} as const

/** In place of a decision that would count against the address. */
export function setAside(event: MailEvent, decided: Decision, explanation: string): Decision {
  const sentence = `${explanation} It is set aside; a person decides.`
  return {
    ...decided,
    rule: outageRules.aside,
    standing: 'person',
    effects: [],
    explanation: `${sesSaid(event)} ${sentence}`,
  }
}

/** A person wants it recorded: the next batch decides it as if there had been no burst. */
export function released(decision: Decision): Decision {
  return { ...decision, rule: outageRules.released }
}

/** A person wants nothing of it. */
export function dropped(decision: Decision): Decision {
  const explanation = `${decision.explanation} A person decided that it does not count.`
  return { ...decision, rule: outageRules.dropped, standing: 'none', explanation }
}

/** Whether it waits for a person, or for its recording after he decided. */
export function isSetAside({ rule }: Pick<Decision, 'rule'>): boolean {
  return rule === outageRules.aside || rule === outageRules.released
}

/** Whether a further report of the event changes nothing: only a person does. */
export function standsUntilAPerson({ rule }: Pick<Decision, 'rule'>): boolean {
  return rule === outageRules.aside || rule === outageRules.dropped
}
