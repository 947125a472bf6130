import type { MailEvent } from '../ses/mailEvent.ts'
import type { Correlation } from './correlate.ts'
import { fittingRule } from './policy/evaluate.ts'
import type { SiteRules } from './siteRules.ts'

/** Most events (deliveries, opens, mail of others) are decided without asking the CRM anything. */
export function needsFacts(
  { event, correlation }: { readonly event: MailEvent; readonly correlation: Correlation },
  rules: SiteRules,
): boolean {
  if (correlation.sender === 'foreign' || correlation.mailedTo === '') return false
  return fittingRule(rules.policy, event)?.effects.some(({ effect }) => effect !== 'alarm') ?? false
}
