import { describe, expect, it } from 'vitest'
import { correlate } from '../civimail/correlate.ts'
import { interpret } from '../ses/interpret.ts'
import { fixtureNames, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { simulatedAccount } from '../testing/simulatedSns.ts'
import { type VerpForm, mailingMail, transactionalMail, verpAddress } from './mailing.ts'
import { sesRecord } from './ses/record.ts'
import type { SentMail } from './ses/sentMail.ts'

const domain = 'crm.example.org'
const row = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy' }
const options = {
  messageId: '0102018f00000000-00000000-0000-4000-8000-000000000000-000000',
  sentAt: Date.UTC(2026, 5, 2, 8, 0),
  to: 'ada@example.net',
  subject: 'Newsletter',
  from: '"Example Org" <news@crm.example.org>',
  account: simulatedAccount,
}

describe('verpAddress', () => {
  it.each<[string, Omit<VerpForm, 'domain'>]>([
    ['bounce+b.2.3006.zzinafzl1gunbnsy', { localpart: 'bounce+', separator: '.' }],
    ['b.2.3006.zzinafzl1gunbnsy', { localpart: '', separator: '.' }],
    ['bounceb.2.3006.zzinafzl1gunbnsy', { localpart: 'bounce', separator: '.' }],
    ['bounce+b-2-3006-zzinafzl1gunbnsy', { localpart: 'bounce+', separator: '-' }],
  ])('writes %s as CiviMail does', (localpart, form) => {
    expect(verpAddress({ ...form, domain }, 'b', row)).toBe(`${localpart}@${domain}`)
  })
})

describe('mailingMail', () => {
  it.each(requireFixtures() ? fixtureNames('civimail', '.eml').filter((name) => /mailing/.test(name)) : [])(
    'has the headers of a mail that CiviCRM really sent (%s)',
    (name) => {
      const [head = ''] = readFixture('civimail', name)
        .toString('latin1')
        .split(/\r?\n\r?\n/)
      const genuine = [...head.matchAll(/^([A-Za-z_-]+):/gm)].map(([, field]) => field)
      const ours = mailingMail(options, { localpart: 'bounce+', separator: '.', domain }, row).headers
      // SES adds the Message-ID.
      expect(ours.map(({ name: field }) => field).filter((field) => field !== 'Message-ID')).toEqual(
        expect.arrayContaining(genuine.filter((field) => field !== 'Content-Transfer-Encoding')),
      )
    },
  )

  it.each<VerpForm>([
    { localpart: 'bounce+', separator: '.', domain },
    { localpart: '', separator: '-', domain },
    { localpart: 'bounce.crm+', separator: '__', domain },
    { localpart: 'bounce', separator: '+', domain },
  ])('is found again by the gateway: %j', (form) => {
    expect(referenceOf(mailingMail(options, form, row), form)).toMatchObject({ ...row, from: 'X-CiviMail-Bounce' })
  })
})

describe('mailingMail where the site has a fixed return path', () => {
  it('has the VERP address in one header alone', () => {
    const form = { localpart: 'bounce+', separator: '.', domain }
    const mail = mailingMail({ ...options, returnPath: 'bounces@example.org' }, form, row)
    expect(mail.source).toBe('bounces@example.org')
    expect(mail.headers.filter(({ value }) => value.includes('bounce+b.'))).toMatchObject([
      { name: 'X-CiviMail-Bounce' },
    ])
    expect(referenceOf(mail, form)).toMatchObject(row)
  })

  it('may bear the letter of transactional extensions', () => {
    const form = { localpart: '', separator: '.', domain }
    expect(referenceOf(mailingMail(options, form, row, 'm'), form)).toMatchObject({ ...row, action: 'm' })
  })
})

describe('transactionalMail', () => {
  it('refers to no mailing', () => {
    const mail = transactionalMail(options)
    expect(mail.source).toBe('news@crm.example.org')
    expect(referenceOf(mail, { localpart: 'bounce+', separator: '.', domain })).toBeNull()
  })
})

function referenceOf(mail: SentMail, form: VerpForm) {
  const feedback = { kind: 'send' } as const
  const reading = interpret(sesRecord({ mail, feedback, dialect: 'eventPublishing', feedbackId: 'x' }).message, null)
  expect.assert(reading.form === 'events' && reading.events[0] !== undefined)
  const verp = { localpart: form.localpart, separator: form.separator, domains: [form.domain] }
  return correlate(reading.events[0], { verp, senderDomains: [] }).reference
}
