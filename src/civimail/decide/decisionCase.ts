import type { MailEvent } from '../../ses/mailEvent.ts'
import type { CrmFacts } from '../crmFacts.ts'
import type { Decision, Effect, Standing } from '../decision.ts'
import type { PolicyRule } from '../policy/schema.ts'
import { sesSaid } from './sesSaid.ts'
import type { SiteRules } from '../siteRules.ts'

/** One event on its way to a decision, with the policy's rule that fits it. */
export interface DecisionCase {
  readonly event: MailEvent
  readonly facts: CrmFacts
  readonly rules: SiteRules
  readonly rule: PolicyRule
}

/** Names of the rules that stand around every policy. */
export type StructuralRule =
  | 'foreign-sender'
  | 'unknown-kind'
  | 'no-rule-fits'
  | 'recipient-unnamed'
  | 'complaint-one-of-several'
  | 'released-since'
  | 'held-by-opt-out'
  | 'address-unknown'
  | 'shared-address'

/** The policy's own rule decides. */
export function byPolicy(
  { event, rule, rules }: DecisionCase,
  standing: Standing,
  effects: readonly Effect[],
  ...sentences: readonly string[]
): Decision {
  const explanation = [sesSaid(event), rule.because, ...sentences].filter((part) => part !== '').join(' ')
  return { rule: rule.rule, standing, effects, explanation, policy: policyName(rules) }
}

/** A rule around the policy decides; the policy's own is not applied. */
export function byStructure(
  { event, rules }: Pick<DecisionCase, 'event' | 'rules'>,
  rule: StructuralRule,
  standing: Standing,
  sentence: string,
  effects: readonly Effect[] = [],
): Decision {
  return { rule, standing, effects, explanation: `${sesSaid(event)} ${sentence}`, policy: policyName(rules) }
}

function policyName({ policy }: SiteRules): string {
  return `${policy.name}@${policy.version}`
}
