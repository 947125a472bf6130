import { describe, expect, it } from 'vitest'
import { fixtureNames, readFixture, requireFixtures } from '../../testing/fixtures.ts'
import { simulatedAccount } from '../../testing/simulatedSns.ts'
import { caseNamed } from '../cases.ts'
import { mailingMail } from '../mailing.ts'
import { sesRecord } from './record.ts'
import type { SentMail } from './sentMail.ts'

const at = Date.UTC(2026, 5, 2, 8, 0)

const mail: SentMail = mailingMail(
  {
    messageId: '0102018f00000000-00000000-0000-4000-8000-000000000000-000000',
    sentAt: at,
    to: 'ada@example.org',
    toName: 'Ada',
    cc: ['bo@example.org'],
    bcc: ['archive@example.org'],
    subject: 'Grüße',
    from: '"Example Org" <news@crm.example.org>',
    account: simulatedAccount,
  },
  { localpart: '', separator: '.', domain: 'crm.example.org' },
  { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy' },
)

/** AWS's own examples, and the case that says the same. */
const examples = [
  ['event-publishing-retrieving-sns-examples__01', 'bounce/Permanent/General'],
  ['event-publishing-retrieving-sns-examples__02', 'complaint/abuse'],
  ['event-publishing-retrieving-sns-examples__03', 'delivery'],
  ['event-publishing-retrieving-sns-examples__04', 'send'],
  ['event-publishing-retrieving-sns-examples__05', 'reject'],
  ['event-publishing-retrieving-sns-examples__06', 'open'],
  ['event-publishing-retrieving-sns-examples__07', 'click/tagged'],
  ['event-publishing-retrieving-sns-examples__08', 'rendering-failure'],
  ['event-publishing-retrieving-sns-examples__09', 'delivery-delay/General'],
  ['event-publishing-retrieving-sns-examples__10', 'subscription'],
  ['notification-examples__01', 'bounce/Permanent/General'],
  ['notification-examples__03', 'complaint/abuse'],
  ['notification-examples__05', 'delivery'],
] as const

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names of all fields, with the way to them; what is inside lists, and the names of tags, aside. */
function fieldNames(value: Fields, path = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const named = isFields(inner) && name !== 'tags' && name !== 'linkTags'
    return [`${path}${name}`].concat(named ? fieldNames(inner, `${path}${name}.`) : [])
  })
}

/** What AWS's examples lack, though its own tables and genuine traffic have it. */
const beyondTheExamples: ReadonlySet<string> = new Set([
  'complaint.complaintSubType',
  'mail.commonHeaders.cc',
  'mail.commonHeaders.replyTo',
  'mail.commonHeaders.returnPath',
])

describe('sesRecord', () => {
  it.each(requireFixtures() ? examples : [])('has the fields of %s', (start, name) => {
    const file = fixtureNames('ses-examples', '.json').find((one) => one.startsWith(start))
    const example: Fields = JSON.parse(readFixture('ses-examples', file ?? '').toString())
    const { message } = caseNamed(name).message({
      mail,
      addresses: ['ada@example.org'],
      at,
      dialect: 'eventType' in example ? 'eventPublishing' : 'identity',
      feedbackId: 'x',
      topicArn: 'arn',
    })
    const ours: Fields = JSON.parse(message)
    const known = fieldNames(example)
    expect(
      fieldNames(ours)
        .filter((field) => !beyondTheExamples.has(field))
        .toSorted(),
    ).toEqual(known.toSorted())
    const type = 'eventType' in example ? 'eventType' : 'notificationType'
    expect(ours[type]).toBe(example[type])
  })

  it('names Bcc recipients in the destination alone', () => {
    const { message } = sesRecord({ mail, feedback: { kind: 'send' }, dialect: 'eventPublishing', feedbackId: 'x' })
    expect(message.split('archive@example.org')).toHaveLength(2)
    expect(JSON.parse(message)).toMatchObject({
      mail: {
        destination: ['ada@example.org', 'bo@example.org', 'archive@example.org'],
        commonHeaders: { to: ['Ada <ada@example.org>'], cc: ['bo@example.org'], messageId: mail.messageId },
        tags: { 'ses:configuration-set': ['civicrm'], 'ses:from-domain': ['crm.example.org'] },
      },
    })
  })

  it('leaves the headers out where the identity does not include them', () => {
    const delivery = caseNamed('delivery')
    const context = { mail, addresses: [], at, dialect: 'identity', feedbackId: 'x', topicArn: 'arn' } as const
    expect(delivery.message(context).message).toContain('X-CiviMail-Bounce')
    const feedback = {
      kind: 'bounce',
      at,
      bounceType: 'Permanent',
      bounceSubType: 'General',
      recipients: [],
      reportingMta: null,
      remoteMtaIp: null,
    } as const
    const { message } = sesRecord({ mail, feedback, dialect: 'identity', feedbackId: 'x', includeHeaders: false })
    expect(message).not.toContain('eaders')
    expect(message).toContain(`"source":"b.2.3006.zzinafzl1gunbnsy@crm.example.org"`)
  })

  it('cuts the headers after ten kilobytes and says so', () => {
    const long = { name: 'X-Long', value: 'x'.repeat(11_000) }
    const [first, ...rest] = mail.headers
    const { message } = sesRecord({
      mail: { ...mail, headers: [first ?? long, long, ...rest] },
      feedback: { kind: 'send' },
      dialect: 'eventPublishing',
      feedbackId: 'x',
    })
    expect(JSON.parse(message)).toMatchObject({ mail: { headersTruncated: true, headers: [first] } })
  })

  it('has no open in identity feedback', () => {
    const feedback = { kind: 'open', at, ipAddress: '192.0.2.1', userAgent: 'x' } as const
    expect(() => sesRecord({ mail, feedback, dialect: 'identity', feedbackId: 'x' })).toThrow(RangeError)
  })
})
