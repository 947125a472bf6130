import { describe, expect, it } from 'vitest'
import { eventOf } from '../../testing/eventOf.ts'
import type { SesMessageInput } from '../../testing/sesMessage.ts'
import { checkPolicy } from './check.ts'
import { fittingRule } from './evaluate.ts'
import { policyContent, presets } from './presets.ts'
import { policyContentSchema, type PresetName } from './schema.ts'

const dsn = { emailAddress: 'reader@example.net', status: '4.4.7', diagnosticCode: 'smtp; 550 4.4.7 Message expired' }
const withStatus = (status: string): Partial<SesMessageInput> => ({
  bounceType: 'Transient',
  recipients: [{ emailAddress: 'reader@example.net', status }],
})
const bounce = (bounceType: string, bounceSubType: string): Partial<SesMessageInput> => ({
  bounceType,
  bounceSubType,
  recipients: [dsn],
})
const complaint = (feedbackType: string | null, complaintSubType: string | null = null): Partial<SesMessageInput> => ({
  kind: 'Complaint',
  feedbackType,
  complaintSubType,
})
const spam = 'bounce Spam, optOut'

type Line = readonly [event: string, input: Partial<SesMessageInput>, standard: string, careful?: string]

/** The whole table: what each event means under `standard` and under `careful`. */
const table: readonly Line[] = [
  ['Undetermined/Undetermined', bounce('Undetermined', 'Undetermined'), 'bounce Invalid', 'bounce Relay'],
  ['Undetermined, other subtype', bounce('Undetermined', 'New'), 'bounce Invalid', 'bounce Relay'],
  ['Permanent/General', bounce('Permanent', 'General'), 'bounce Invalid'],
  ['Permanent/NoEmail', bounce('Permanent', 'NoEmail'), 'bounce Invalid'],
  ['Permanent/Suppressed', bounce('Permanent', 'Suppressed'), 'bounce Invalid'],
  ['Permanent/OnAccountSuppressionList', bounce('Permanent', 'OnAccountSuppressionList'), 'bounce Invalid'],
  ['Permanent/OnTenantSuppressionList', bounce('Permanent', 'OnTenantSuppressionList'), 'bounce Invalid'],
  ['Permanent/EmailValidationSuppressed', bounce('Permanent', 'EmailValidationSuppressed'), 'bounce Invalid'],
  ['Permanent, unknown subtype', bounce('Permanent', 'SomethingNew'), 'bounce Invalid'],
  ['Permanent, no subtype', bounce('Permanent', ''), 'bounce Invalid'],
  ['Permanent/UnsubscribedRecipient', bounce('Permanent', 'UnsubscribedRecipient'), 'optOut'],
  ['Transient/General', bounce('Transient', 'General'), 'bounce Relay'],
  ['Transient/General without DSN', { bounceType: 'Transient' }, 'bounce Relay', 'bounce Away'],
  ['Transient/General with 5.1.1', withStatus('5.1.1'), 'bounce Relay', 'bounce Invalid'],
  ['Transient/General with 5.1.10', withStatus('5.1.10'), 'bounce Relay', 'bounce Invalid'],
  ['Transient/General with 5.1.7', withStatus('5.1.7'), 'bounce Relay'],
  ['Transient/General with 5.1.8', withStatus('5.1.8'), 'bounce Relay'],
  ['Transient/General with 5.4.4', withStatus('5.4.4'), 'bounce Relay', 'bounce Invalid'],
  ['Transient/General with 5.10.1', withStatus('5.10.1'), 'bounce Relay'],
  ['Transient/General with 5.4.41', withStatus('5.4.41'), 'bounce Relay'],
  ['Transient/General with 5.3.0', withStatus('5.3.0'), 'bounce Relay'],
  ['Transient/General with 4.1.1', withStatus('4.1.1'), 'bounce Relay'],
  ['Transient/MailboxFull', bounce('Transient', 'MailboxFull'), 'bounce Quota'],
  ['Transient/MailboxFull with 5.1.1', { ...withStatus('5.1.1'), bounceSubType: 'MailboxFull' }, 'bounce Quota'],
  ['Transient/MessageTooLarge', bounce('Transient', 'MessageTooLarge'), 'bounce Relay'],
  ['Transient/ContentRejected', bounce('Transient', 'ContentRejected'), 'bounce Spam', 'bounce Relay'],
  ['Transient/AttachmentRejected', bounce('Transient', 'AttachmentRejected'), 'bounce Spam', 'bounce Relay'],
  ['Transient/CustomTimeoutExceeded', bounce('Transient', 'CustomTimeoutExceeded'), 'bounce Relay'],
  ['Transient, unknown subtype', bounce('Transient', 'SomethingNew'), 'bounce Relay'],
  ['unknown bounce type', bounce('SomethingNew', 'General'), 'bounce Syntax'],
  ['no bounce type', bounce('', ''), 'bounce Syntax'],
  ['complaint abuse', complaint('abuse'), spam],
  ['complaint fraud', complaint('fraud'), spam],
  ['complaint other', complaint('other'), spam],
  ['complaint without a type', complaint(null), spam],
  ['complaint of an unknown type', complaint('something-new'), spam],
  ['complaint not-spam', complaint('not-spam'), ''],
  ['complaint Not-Spam', complaint('Not-Spam'), ''],
  ['complaint auth-failure', complaint('auth-failure'), ''],
  ['complaint virus', complaint('virus'), ''],
  ['complaint of a listed address', complaint(null, 'OnAccountSuppressionList'), 'optOut'],
  ['complaint of an address listed for a tenant', complaint('abuse', 'OnTenantSuppressionList'), 'optOut'],
  ['not-spam of a listed address', complaint('not-spam', 'OnAccountSuppressionList'), ''],
  ['complaint with an unknown subtype', complaint('abuse', 'SomethingNew'), spam],
  ['reject', { kind: 'Reject' }, 'alarm'],
  ['rendering failure', { kind: 'Rendering Failure' }, 'alarm'],
  ['delivery', { kind: 'Delivery' }, ''],
  ['delivery delay', { kind: 'DeliveryDelay' }, ''],
  ['send', { kind: 'Send' }, ''],
  ['open', { kind: 'Open' }, ''],
  ['click', { kind: 'Click' }, ''],
  ['subscription', { kind: 'Subscription' }, ''],
]

function meaning(preset: PresetName, input: Partial<SesMessageInput>): string | null {
  const event = eventOf({ kind: 'Bounce', recipients: ['reader@example.net'], ...input })
  const rule = fittingRule(presets[preset], event)
  if (rule === null) return null
  return rule.effects.map((one) => (one.effect === 'bounce' ? `bounce ${one.bounceType}` : one.effect)).join(', ')
}

describe('the presets', () => {
  it.each(table.map(([event, ...line]) => ({ event, line })))(
    '$event',
    ({ line: [input, standard, careful = standard] }) => {
      expect(meaning('standard', input)).toBe(standard)
      expect(meaning('careful', input)).toBe(careful)
    },
  )

  it.each(Object.values(presets))('$name keeps to the schema, names each rule once and warns of nothing', (preset) => {
    expect(policyContentSchema.parse(preset)).toEqual(preset)
    expect(checkPolicy(preset)).toEqual([])
  })

  it('bound what an unproven complaint may do only in careful', () => {
    expect(presets.standard.sharedAddressLimit).toBeNull()
    expect(presets.careful.sharedAddressLimit).toBe(5)
  })

  it('name the rule that decided, also where another would mean the same', () => {
    const rules = ['abuse', null, 'new'].map((feedbackType) => {
      const event = eventOf({ kind: 'Complaint', recipients: ['reader@example.net'], feedbackType })
      return fittingRule(presets.standard, event)?.rule
    })
    expect(rules).toEqual(['complaint', 'complaint', 'complaint-other'])
  })

  it.each([
    ['feedbackType', complaint(null), complaint('abuse')],
    ['complaintSubType', complaint('abuse'), complaint('abuse', 'OnAccountSuppressionList')],
  ] as const)('can be followed by rules of one’s own that ask for %s none', (field, fitting, other) => {
    const when = { kind: 'complaint', [field]: 'none' }
    const policy = { ...presets.standard, rules: [{ rule: 'none', when, effects: [], because: 'We say so.' }] }
    const ruleFor = (input: Partial<SesMessageInput>): string | undefined =>
      fittingRule(policy, eventOf({ kind: 'Complaint', recipients: ['reader@example.net'], ...input }))?.rule
    expect([ruleFor(fitting), ruleFor(other)]).toEqual(['none', undefined])
  })

  it('have no rule for a kind that SES adds later', () => {
    expect(meaning('standard', { kind: 'SomethingNew', destinations: ['reader@example.net'] })).toBeNull()
  })
})

it('policyContent gives a preset by name, and a policy of its own as it is', () => {
  expect(policyContent({ preset: 'careful' })).toBe(presets.careful)
  const own = { ...presets.standard, name: 'ours', version: 7 }
  expect(policyContent(own)).toBe(own)
})
