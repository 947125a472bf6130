import { knownKinds } from '../../ses/mailEvent.ts'
import { type Condition, isStatusPrefix, list } from './evaluate.ts'
import type { PolicyContent, PolicyRule } from './schema.ts'
import { unknownSesWords } from './sesWords.ts'

export interface PolicyWarning {
  /** Name of the rule it is about; null for the policy as a whole. */
  readonly rule: string | null
  readonly message: string
}

const bounceFields = ['bounceType', 'bounceSubType', 'dsn', 'status'] as const
const complaintFields = ['feedbackType', 'complaintSubType'] as const
/** In lower case: a rule fits its kinds in any letter case. */
const known: ReadonlySet<string> = new Set(knownKinds.map((kind) => kind.toLowerCase()))

/** Kinds whose events can be charged to a recipient; others are the sender's doing or no failure. */
const chargeable: ReadonlySet<string> = new Set(['bounce', 'complaint'])

/**
 * What in a policy is allowed but most likely not meant: rules that can never apply, gaps, and rules
 * that punish people for what is not theirs.
 */
export function checkPolicy(policy: PolicyContent): readonly PolicyWarning[] {
  return [
    ...policy.rules.flatMap((rule, index) => [
      ...neverApplies(rule, policy.rules.slice(0, index)),
      ...punishes(rule).map((message) => ({ rule: rule.rule, message })),
    ]),
    ...[...chargeable]
      .filter((kind) => !hasFallback(policy, kind))
      .map((kind) => ({
        rule: null,
        message: `no rule takes every ${kind}: what SES may add later would have no effect; end with a rule for the kind ${kind} alone`,
      })),
  ]
}

function neverApplies(rule: PolicyRule, before: readonly PolicyRule[]): readonly PolicyWarning[] {
  const messages: string[] = []
  const kinds = list(rule.when.kind).map((kind) => kind.toLowerCase())
  const unknown = kinds.filter((kind) => !known.has(kind))
  if (unknown.length > 0) messages.push(`unknown kind of event: ${unknown.join(', ')}`)
  messages.push(...unknownSesWords(rule.when))
  if (before.some((other) => other.rule === rule.rule)) messages.push('another rule before it has the same name')
  const cover = before.find((other) => covers(other.when, rule.when))
  if (cover !== undefined) messages.push(`never applies: the rule ${cover.rule} before it takes all its events`)
  for (const [fields, kind] of [
    [bounceFields, 'bounce'],
    [complaintFields, 'complaint'],
  ] as const) {
    const asked = fields.filter((field) => rule.when[field] !== undefined)
    if (asked.length > 0 && !kinds.includes(kind))
      messages.push(`never applies: only a ${kind} has ${asked.join(' and ')}`)
  }
  return messages.map((message) => ({ rule: rule.rule, message }))
}

function punishes({ when, effects }: PolicyRule): readonly string[] {
  if (!effects.some((effect) => effect.effect !== 'alarm')) return []
  const messages: string[] = []
  const bounces = effects.filter((effect) => effect.effect === 'bounce')
  if (bounces.length > 1) {
    const types = bounces.map(({ bounceType }) => bounceType).join(' and ')
    messages.push(`records ${bounces.length} bounces for one event: ${types}`)
  }
  const others = list(when.kind).filter((kind) => !chargeable.has(kind.toLowerCase()))
  if (others.length > 0) messages.push(`charges the recipient for what is no bounce or complaint: ${others.join(', ')}`)
  const asked = when.feedbackType === undefined ? [] : list(when.feedbackType).map((word) => word.toLowerCase())
  if (asked.includes('not-spam')) messages.push('punishes a report that says the mail is not spam')
  return messages
}

function hasFallback(policy: PolicyContent, kind: string): boolean {
  return policy.rules.some((rule) => covers(rule.when, { kind }))
}

/** Whether every event that fits `inner` fits `outer`, too. */
function covers(outer: Condition, inner: Condition): boolean {
  const { dsn, status } = outer
  return (
    within(outer.kind, inner.kind) &&
    within(outer.bounceType, inner.bounceType) &&
    within(outer.bounceSubType, inner.bounceSubType) &&
    within(outer.feedbackType, inner.feedbackType) &&
    within(outer.complaintSubType, inner.complaintSubType) &&
    (dsn === undefined || dsn === inner.dsn) &&
    (status === undefined || prefixesWithin(list(status), inner.status))
  )
}

function within(outer: string | readonly string[] | undefined, inner: string | readonly string[] | undefined): boolean {
  if (outer === undefined) return true
  const words = new Set(list(outer).map((word) => word.toLowerCase()))
  return inner !== undefined && list(inner).every((word) => words.has(word.toLowerCase()))
}

function prefixesWithin(outer: readonly string[], inner: string | readonly string[] | undefined): boolean {
  return inner !== undefined && list(inner).every((one) => outer.some((prefix) => isStatusPrefix(prefix, one)))
}
