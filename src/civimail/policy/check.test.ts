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
