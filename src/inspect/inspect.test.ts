import path from 'node:path'
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { CachedKeys } from '../ingest/sns/certificates/cachedKeys.ts'
import { FolderSource } from '../ingest/sns/certificates/folderSource.ts'
import { SnsVerifier } from '../ingest/sns/verifier.ts'
import { fixtureNames, fixturesFolder, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { siteSchema } from '../settings/site.ts'
import { inspect, type InspectParts } from './inspect.ts'
import { isGood } from './report.ts'
import { rulesOfMail } from './siteOfMail.ts'

const clock = { now: () => Date.parse('2026-11-24T00:00:00Z') }
const offline: InspectParts = { verifier: null, rulesFor: rulesOfMail([]), at: null, now: clock.now() }
const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe.runIf(requireFixtures())('inspect, on messages that AWS signed and examples that AWS gives', () => {
  const verifier = new SnsVerifier(
    new CachedKeys(new FolderSource(path.join(fixturesFolder, 'sns-genuine/certificates')), clock),
  )
  const online = { ...offline, verifier }
  const genuine = fixtureNames('sns-genuine', '.json')

  it.each(genuine)('accepts %s at its own time', async (name) => {
    const report = await inspect(name, readFixture('sns-genuine', name), online)
    expect(report).toMatchObject({ form: 'sns', sns: { signature: 'valid', reason: null }, events: [], error: null })
    expect(report.notice).not.toBeNull()
  })

  it.each(genuine)('refuses %s with one changed byte in any signed field', async (name) => {
    const message = JSON.parse(readFixture('sns-genuine', name).toString()) as Record<string, string>
    const fields =
      message['Type'] === 'Notification'
        ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn']
        : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn']
    for (const field of fields.filter((one) => message[one] !== undefined)) {
      const value = message[field] ?? ''
      // Timestamp's and the ARN's form are kept, so that it is the signature that refuses.
      const at = value.length - (field === 'Timestamp' ? 2 : 1)
      const changed = `${value.slice(0, at)}${value[at] === '1' ? '2' : '1'}${value.slice(at + 1)}`
      const report = await inspect(name, bytes({ ...message, [field]: changed }), online)
      expect(report.sns?.signature, `${name}: ${field}`).toBe('invalid')
      expect(isGood(report)).toBe(false)
    }
  })

  it('judges the certificate at the time that is asked for', async () => {
    const name = genuine[0] ?? ''
    const report = await inspect(name, readFixture('sns-genuine', name), { ...online, at: clock.now() })
    expect(report.sns).toMatchObject({ signature: 'invalid', reason: expect.stringMatching(/^SNS_TIMESTAMP_TOO_OLD/) })
    const before = await inspect(name, readFixture('sns-genuine', name), { ...online, at: 0 })
    expect(before.sns).toMatchObject({ signature: 'invalid', reason: expect.stringMatching(/NOT_YET_VALID/) })
  })

  it('calls a signature unchecked, not invalid, where its certificate is not at hand', async () => {
    const name = genuine[0] ?? ''
    const none = new SnsVerifier(new CachedKeys(new FolderSource('/nowhere'), clock))
    const report = await inspect(name, readFixture('sns-genuine', name), { ...offline, verifier: none })
    expect(report.sns?.signature).toBe('unchecked')
    expect(isGood(report)).toBe(true)
  })

  it.each(fixtureNames('ses-examples', '.json').filter((name) => !name.includes('fragment')))(
    'understands %s',
    async (name) => {
      const report = await inspect(name, readFixture('ses-examples', name), offline)
      expect(report).toMatchObject({ form: 'ses', sns: null, error: null })
      expect(report.events.length > 0 || report.notice !== null).toBe(true)
    },
  )

  it.each(fixtureNames('ses-examples', 'fragment.json'))('says that %s is neither', async (name) => {
    const report = await inspect(name, readFixture('ses-examples', name), offline)
    expect(report).toMatchObject({ form: 'unreadable', events: [], error: { code: 'SNS_ENVELOPE_INVALID' } })
  })
})

const record = {
  eventType: 'Bounce',
  bounce: {
    bounceType: 'Permanent',
    bounceSubType: 'NoEmail',
    bouncedRecipients: [{ emailAddress: "o'brien@example.org", status: '5.1.1', diagnosticCode: 'smtp; 550\n no' }],
    timestamp: '2026-11-02T08:20:04.455Z',
    feedbackId: 'f',
  },
  mail: {
    timestamp: '2026-11-02T08:20:00.000Z',
    messageId: 'm',
    source: 'bounce+b.2.3006.zzinafzl1gunbnsy@crm.example.org',
    destination: ["o'brien@example.org"],
  },
}

describe('inspect', () => {
  it('tells event, reference and decision of a bare record', async () => {
    const { events } = await inspect('x', bytes(record), offline)
    expect(events).toEqual([
      {
        kind: 'bounce',
        recipient: "o'brien@example.org",
        sesMessageId: 'm',
        feedbackId: 'f',
        timestamp: '2026-11-02T08:20:04.455Z',
        bounce: {
          type: 'Permanent',
          subType: 'NoEmail',
          status: '5.1.1',
          action: null,
          diagnosticCode: 'smtp; 550\n no',
        },
        complaint: null,
        reference: { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', from: 'mail.source' },
        decision: {
          rule: 'bounce-permanent',
          effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
          explanation: expect.stringContaining('Invalid'),
        },
      },
    ])
  })

  it.each([
    ['an SQS message', { MessageId: 'sqs', Body: JSON.stringify(record) }],
    ['the answer of ReceiveMessage', { Messages: [{ Body: JSON.stringify(record) }] }],
    ['a Lambda event of SQS', { Records: [{ body: JSON.stringify(record) }] }],
    ['an EventBridge event', { 'detail-type': 'Email Bounced', source: 'aws.ses', detail: record }],
  ])('looks into %s', async (_what, value) => {
    expect((await inspect('x', bytes(value), offline)).events).toHaveLength(1)
  })

  it.each([
    ['the answer of ReceiveMessage', { Messages: [1, 2, 3].map(() => ({ Body: JSON.stringify(record) })) }],
    ['a Lambda event of SQS', { Records: [1, 2, 3].map(() => ({ body: JSON.stringify(record) })) }],
  ])('says that %s holds more than the one that is shown', async (_what, value) => {
    const report = await inspect('x', bytes(value), offline)
    expect(report).toMatchObject({ form: 'ses', notice: 'The file holds 3 messages; only the first is looked at.' })
    expect(report.events).toHaveLength(1)
  })

  it.each([
    ['with its mark', Buffer.from(`\uFEFF${JSON.stringify(record)}`, 'utf16le')],
    ['without', Buffer.from(JSON.stringify(record), 'utf16le')],
    ['of the other order', Buffer.from(`\uFEFF${JSON.stringify(record)}`, 'utf16le').swap16()],
  ])('knows UTF-16 %s by its name', async (_what, input) => {
    const error = { code: 'SNS_BODY_UNREADABLE', message: expect.stringContaining('UTF-16') }
    expect(await inspect('x', input, offline)).toMatchObject({ form: 'unreadable', error })
  })

  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  it.each([
    `{"a":${deep}}`,
    `{"Records":[{"x":${deep}}]}`,
    `{"Records":[{"Sns":{"Type":"Notification","x":${deep}}}]}`,
    `{"Messages":[{"Body":${JSON.stringify(`{"x":${deep}}`)}}]}`,
    `{"detail-type":"x","detail":${deep}}`,
    deep,
  ])('is not brought down by JSON that is nested deeply (%#)', async (text) => {
    const report = await inspect('x', bytes(text), offline)
    expect(report).toMatchObject({ form: 'unreadable', error: { code: expect.stringMatching(/^SNS_/) } })
  })

  it('takes a byte order mark', async () => {
    expect((await inspect('x', bytes(`\uFEFF${JSON.stringify(record)}`), offline)).form).toBe('ses')
  })

  it('knows the set-up message that is plain text', async () => {
    const text = 'Successfully validated SNS topic for Amazon SES event publishing.'
    expect(await inspect('x', bytes(text), offline)).toMatchObject({ form: 'ses', error: null })
  })

  it('judges by the rules of the site that the mail belongs to', async () => {
    const site = (id: string, preset: 'standard' | 'careful') =>
      siteSchema.parse({
        id,
        name: id,
        crm: { type: 'builtin' },
        mail: { localpart: 'bounce+', domains: [`${id}.example.org`], senderDomains: [`${id}.example.org`] },
        policy: { preset },
      })
    const soft = structuredClone(record)
    soft.bounce.bounceType = 'Transient'
    soft.bounce.bounceSubType = 'ContentRejected'
    const rulesFor = rulesOfMail([site('other', 'standard'), site('crm', 'careful')])
    const [event] = (await inspect('x', bytes(soft), { ...offline, rulesFor })).events
    expect(event?.decision.effects).toEqual([{ effect: 'bounce', bounceType: 'Relay' }])
  })

  it.each(['', 'no json', '[]', 'null', '"text"', '{}', '{"Type":"Notification"}', '{"Body":"{\\"Body\\":\\"x\\"}"}'])(
    'says what is wrong with %j',
    async (text) => {
      const report = await inspect('x', bytes(text), offline)
      expect(report).toMatchObject({ form: 'unreadable', sns: null, events: [], notice: null })
      expect(report.error?.code).toMatch(/^SNS_/)
    },
  )

  it('never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes)), async (input) => {
        const report = await inspect('x', input, offline)
        expect(['sns', 'ses', 'unreadable']).toContain(report.form)
      }),
    )
  })
})
