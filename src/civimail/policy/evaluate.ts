import type { MailEvent } from '../../ses/mailEvent.ts'
import { dsnStatus } from '../dsnStatus.ts'
import type { PolicyContent, PolicyRule } from './schema.ts'

export type Condition = PolicyRule['when']

/** The first rule that fits the event; null where the policy has none. */
export function fittingRule(policy: PolicyContent, event: MailEvent): PolicyRule | null {
  return policy.rules.find((rule) => fits(rule.when, event)) ?? null
}

/** A condition about a bounce's or complaint's own field never fits an event of another kind. */
function fits(when: Condition, event: MailEvent): boolean {
  const { bounce, complaint } = event
  return (
    oneOf(when.kind, event.kind) &&
    oneOf(when.bounceType, bounce?.type) &&
    oneOf(when.bounceSubType, bounce?.subType) &&
    oneOf(when.feedbackType, complaint === null ? undefined : (complaint.feedbackType ?? 'none')) &&
    oneOf(when.complaintSubType, complaint === null ? undefined : (complaint.subType ?? 'none')) &&
    (when.dsn === undefined || when.dsn === bounce?.dsn) &&
    (when.status === undefined || hasPrefix(when.status, bounce === null ? null : dsnStatus(bounce)))
  )
}

/** SES's words are compared without letter case: a rule is written by hand. */
function oneOf(wanted: string | readonly string[] | undefined, found: string | undefined): boolean {
  if (wanted === undefined) return true
  return found !== undefined && list(wanted).some((word) => word.toLowerCase() === found.toLowerCase())
}

function hasPrefix(wanted: string | readonly string[], status: string | null): boolean {
  return status !== null && list(wanted).some((prefix) => isStatusPrefix(prefix, status))
}

/** Whole numbers between the dots: 5.1 is before 5.1.1 and 5.1.10, not before 5.10.1. */
export function isStatusPrefix(prefix: string, status: string): boolean {
  return `${status}.`.startsWith(`${prefix.replace(/\.$/, '')}.`)
}

export function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
