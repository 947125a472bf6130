import { describe, expect, it } from 'vitest'
import { checkPolicy } from './check.ts'
import { presets } from './presets.ts'
import type { PolicyContent, PolicyRule } from './schema.ts'

const rule = (name: string, when: PolicyRule['when'], effects: PolicyRule['effects'] = []): PolicyRule => ({
  rule: name,
  when,
  effects,
  because: 'A test says so.',
})
const optOut = [{ effect: 'optOut' }] as const satisfies PolicyRule['effects']
const ends = [rule('all-bounces', { kind: 'bounce' }), rule('all-complaints', { kind: 'complaint' })]
const policy = (...rules: readonly PolicyRule[]): PolicyContent => ({ ...presets.standard, rules: [...rules] })
const warnings = (...rules: readonly PolicyRule[]): readonly string[] =>
  checkPolicy(policy(...rules)).map((warning) => `${warning.rule ?? 'policy'}: ${warning.message}`)

describe('checkPolicy', () => {
  it('finds rules that a rule before them hides', () => {
    expect(warnings(...ends, rule('late', { kind: 'bounce', bounceType: 'Permanent' }))).toEqual([
      'late: never applies: the rule all-bounces before it takes all its events',
    ])
    const wide = rule('wide', { kind: ['bounce', 'complaint'], bounceType: ['Permanent', 'Transient'], status: '5.1' })
    const narrow = rule('narrow', { kind: 'bounce', bounceType: 'transient', status: ['5.1.1', '5.1.2'] })
    expect(warnings(wide, narrow, ...ends)).toEqual([
      'narrow: never applies: the rule wide before it takes all its events',
    ])
  })

  it('leaves alone what only overlaps', () => {
    expect(
      warnings(
        rule('a', { kind: 'bounce', dsn: false, bounceType: 'Transient' }),
        rule('b', { kind: 'bounce', bounceType: 'Transient', bounceSubType: 'General' }),
        rule('c', { kind: 'bounce', bounceType: 'Transient' }),
        rule('d', { kind: 'bounce', status: '5.10' }),
        rule('e', { kind: 'bounce', status: '5.1' }),
        ...ends,
      ),
    ).toEqual([])
  })

  it('finds gaps, unknown kinds, fields of another kind and names used twice', () => {
    expect(warnings(rule('a', { kind: 'bounce', bounceType: 'Permanent' }))).toEqual([
      'policy: no rule takes every bounce: what SES may add later would have no effect; end with a rule for the kind bounce alone',
      'policy: no rule takes every complaint: what SES may add later would have no effect; end with a rule for the kind complaint alone',
    ])
    expect(
      warnings(
        rule('a', { kind: ['Bounce', 'bouncy'], dsn: true }),
        rule('a', { kind: 'complaint', dsn: true }),
        ...ends,
      ),
    ).toEqual([
      'a: unknown kind of event: bouncy',
      'a: another rule before it has the same name',
      'a: never applies: only a bounce has dsn',
    ])
    expect(warnings(rule('a', { kind: 'bounce', feedbackType: 'abuse' }), ...ends)).toEqual([
      'a: never applies: only a complaint has feedbackType',
    ])
  })

  it('finds words that SES is not known to say, in whatever letter case', () => {
    expect(
      warnings(
        rule('a', {
          kind: 'bounce',
          bounceType: ['transient', 'Permanet'],
          bounceSubType: 'generel',
          status: ['5.1', '5.x'],
        }),
        rule('b', { kind: 'complaint', feedbackType: ['abusive', 'None'], complaintSubType: 'OnList' }),
        ...ends,
      ),
    ).toEqual([
      'a: SES is not known to say bounceType Permanet; it says Undetermined, Permanent, Transient',
      expect.stringMatching(
        /^a: SES is not known to say bounceSubType generel; it says Undetermined, General, NoEmail,/,
      ),
      'a: no status begins with 5.x; write 5.1 or 5.1.1',
      'b: SES is not known to say feedbackType abusive; it says abuse, auth-failure, fraud, not-spam, other, virus, none',
      'b: SES is not known to say complaintSubType OnList; it says OnAccountSuppressionList, OnTenantSuppressionList, none',
    ])
    const right = {
      kind: 'bounce',
      bounceType: 'TRANSIENT',
      bounceSubType: 'mailboxfull',
      status: ['4', '5.1.10', '5.2.'],
    }
    expect(warnings(rule('a', right), ...ends)).toEqual([])
  })

  it('finds nothing in the presets', () => {
    for (const preset of Object.values(presets)) expect(checkPolicy(preset)).toEqual([])
  })

  it('finds rules that record more than one bounce', () => {
    const bounce = (bounceType: 'Relay' | 'Invalid') => ({ effect: 'bounce', bounceType }) as const
    expect(
      warnings(
        rule('a', { kind: 'bounce', bounceType: 'Transient' }, [bounce('Relay'), ...optOut, bounce('Invalid')]),
        ...ends,
      ),
    ).toEqual(['a: records 2 bounces for one event: Relay and Invalid'])
  })

  it('finds rules that punish people for what is not theirs', () => {
    expect(warnings(rule('a', { kind: ['reject', 'bounce'] }, optOut), ...ends.slice(1))).toEqual([
      'a: charges the recipient for what is no bounce or complaint: reject',
    ])
    expect(warnings(rule('a', { kind: 'complaint', feedbackType: ['abuse', 'Not-Spam'] }, optOut), ...ends)).toEqual([
      'a: punishes a report that says the mail is not spam',
    ])
    expect(warnings(rule('a', { kind: 'reject' }, [{ effect: 'alarm' }]), ...ends)).toEqual([])
  })
})
