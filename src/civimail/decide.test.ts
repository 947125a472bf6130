import { describe, expect, it } from 'vitest'
import { addressRow, decided, queueRow, reader, reference, transactional, verpSource } from '../testing/decided.ts'
import { assumedFacts } from './crmFacts.ts'
import { presets } from './policy/presets.ts'
import type { SiteRules } from './siteRules.ts'

describe('nobody is punished for another’s fault', () => {
  it('keeps mail of other software as foreign, whatever it is', () => {
    const foreign = { source: 'app@example.com', commonHeaders: { from: ['app@example.com'] } }
    for (const kind of ['Bounce', 'Complaint', 'Reject', 'Delivery']) {
      expect(decided({ ...foreign, kind }, {}, { senderDomains: ['example.org'] })).toMatchObject({
        rule: 'foreign-sender',
        standing: 'foreign',
        effects: [],
      })
    }
  })

  it('takes mail of other software for the site’s only as far as CiviCRM knows the reference in its headers', () => {
    const rules = { senderDomains: ['example.org'] }
    const claiming = {
      source: 'app@example.com',
      commonHeaders: { from: ['app@example.com'] },
      headers: [{ name: 'X-CiviMail-Bounce', value: verpSource }],
    }
    expect(decided(claiming, {}, rules)).toMatchObject({ standing: 'effective', effects: [{ effect: 'bounce' }] })
    for (const kind of ['Bounce', 'Complaint'])
      for (const facts of [
        { queueRow: 'gone' },
        { queueRow: queueRow({ hash: 'aaaaaaaaaaaaaaaa' }) },
        { queueRow: queueRow({ email: 'somebody-else@example.net' }) },
        { queueRow: 'unread', addressRows: [] },
      ] as const)
        expect(decided({ ...claiming, kind }, facts, rules)).toMatchObject({
          rule: 'foreign-sender',
          standing: 'foreign',
          effects: [],
        })
    expect(decided({ ...claiming, source: 'x@crm.example.org' }, { queueRow: 'gone' }, rules)).toMatchObject({
      effects: [{ effect: 'hold' }],
    })
  })

  it('takes one of several complained recipients for possible, and not-spam of several for nothing', () => {
    const several = { kind: 'Complaint', recipients: [reader, 'cc@example.net'] }
    expect(decided(several)).toMatchObject({ standing: 'effective' })
    const other = decided(several, {}, {}, 1)
    expect(other).toMatchObject({ rule: 'complaint-one-of-several', standing: 'possible', effects: [] })
    expect(other.explanation).toContain('SES names 2 recipients')
    expect(decided({ ...several, feedbackType: 'not-spam' }, {}, {}, 1)).toMatchObject({ standing: 'none' })
    expect(decided({ ...several, ...transactional })).toMatchObject({ standing: 'possible' })
    expect(decided(several, { queueRow: 'gone' })).toMatchObject({ effects: [{ effect: 'optOut' }] })
    expect(decided(several, { queueRow: 'gone' }, {}, 1)).toMatchObject({ standing: 'possible' })
  })

  it('takes no complained recipient for certain where only the queue row could say who was To, and says another', () => {
    const unclear = { kind: 'Complaint', recipients: ['cc@example.net', 'bcc@example.net'], headers: null }
    expect(decided(unclear)).toMatchObject({ standing: 'possible' })
    expect(decided({ ...unclear, recipients: ['cc@example.net', reader] }, {}, {}, 1)).toMatchObject({
      standing: 'effective',
      effects: [{ effect: 'bounce' }, { effect: 'optOut' }],
    })
  })

  it('charges several bounced recipients one by one', () => {
    const several = { recipients: [reader, 'cc@example.net'] }
    const addressRows = [addressRow(1), addressRow(2, { email: 'cc@example.net' })]
    expect(decided(several, { addressRows }, {}, 1)).toMatchObject({ effects: [{ effect: 'hold', emailIds: [2] }] })
  })

  it('charges nobody where SES names nobody', () => {
    const nobody = { recipients: [], destinations: [reader, 'cc@example.net'] }
    expect(decided(nobody)).toMatchObject({ rule: 'recipient-unnamed', standing: 'none', effects: [] })
  })

  it('raises an alarm for what is our own fault', () => {
    const reject = decided({ kind: 'Reject', destinations: [reader], detail: { reason: 'Bad content' } })
    expect(reject).toMatchObject({ rule: 'reject', standing: 'none' })
    expect(reject.effects).toEqual([
      {
        effect: 'alarm',
        about:
          'SES rejected the mail (Bad content). It was not sent because of its contents, so no recipient can be blamed.',
      },
    ])
  })

  it('keeps what no rule fits', () => {
    const policy = { ...presets.standard, rules: presets.standard.rules.filter(({ when }) => when.kind !== 'bounce') }
    expect(decided({}, {}, { policy })).toMatchObject({ rule: 'no-rule-fits', standing: 'none', effects: [] })
    expect(decided({ kind: 'SomethingNew', destinations: [reader] })).toMatchObject({
      rule: 'unknown-kind',
      standing: 'none',
      explanation: 'SES reports an event of the kind somethingNew, which is not known here. It is kept without effect.',
    })
  })

  it('keeps a kind that is called as JavaScript calls what every object has', () => {
    expect(decided({ kind: 'toString', destinations: [reader] })).toMatchObject({
      rule: 'unknown-kind',
      explanation: 'SES reports an event of the kind toString, which is not known here. It is kept without effect.',
    })
  })
})

const own = (...effects: (typeof presets.standard.rules)[number]['effects']): Partial<SiteRules> => ({
  policy: {
    name: 'ours',
    version: 3,
    sharedAddressLimit: null,
    rules: [{ rule: 'all', when: { kind: ['bounce', 'complaint'] }, effects, because: 'We say so.' }],
  },
})

describe('a policy of the site’s own', () => {
  it('may alarm besides, without the address', () => {
    const rules = own({ effect: 'bounce', bounceType: 'Host' }, { effect: 'alarm' })
    const recipients = [{ emailAddress: reader, diagnosticCode: `550 <${reader}> unknown` }]
    for (const mail of [{ recipients }, { recipients, ...transactional }]) {
      const decision = decided(mail, {}, rules)
      expect(decision).toMatchObject({
        rule: 'all',
        policy: 'ours@3',
        effects: [{ bounceType: 'Host' }, { effect: 'alarm' }],
      })
      expect(JSON.stringify(decision.effects[1])).not.toContain(reader)
    }
  })

  it('may count complaints without opting anybody out', () => {
    const decision = decided({ ...transactional, kind: 'Complaint' }, {}, own({ effect: 'bounce', bounceType: 'Spam' }))
    expect(decision).toMatchObject({ effects: [{ effect: 'hold', bounceType: 'Spam', emailIds: [1] }] })
  })
})

describe('without a CRM at hand', () => {
  it('says what would happen, naming no rows and no contacts', () => {
    expect(decided({}, assumedFacts)).toMatchObject({ effects: [{ effect: 'bounce', reference }] })
    expect(decided({ kind: 'Complaint' }, assumedFacts)).toMatchObject({
      effects: [{ effect: 'bounce' }, { effect: 'optOut', address: reader, contactIds: [] }],
    })
    const hold = decided(transactional, assumedFacts)
    expect(hold).toMatchObject({ standing: 'effective', effects: [{ effect: 'hold', emailIds: [] }] })
    expect(hold.explanation).toContain('was not looked up')
    expect(decided({ ...transactional, kind: 'Complaint' }, assumedFacts, { policy: presets.careful })).toMatchObject({
      standing: 'effective',
      effects: [{ effect: 'optOut', contactIds: [] }],
    })
  })
})
