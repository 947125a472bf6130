import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confirmationFields, notificationFields } from '../../testing/snsSigner.ts'
import { envelopeOf, parseEnvelope, publishedAt } from './envelope.ts'

const signature = {
  SignatureVersion: '2',
  Signature: 'c2lnbmF0dXJl',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x.pem',
}
const notification: Readonly<Record<string, unknown>> = { ...notificationFields, ...signature }
const confirmation: Readonly<Record<string, unknown>> = { ...confirmationFields, ...signature }

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, null, 2))
}

describe('parseEnvelope', () => {
  it('reads a Notification', () => {
    expect(parseEnvelope(bytes(notification))).toEqual({
      ok: true,
      envelope: {
        type: 'Notification',
        messageId: notification['MessageId'],
        topicArn: notification['TopicArn'],
        message: notification['Message'],
        timestamp: '2026-06-02T08:20:04.000Z',
        subject: 'Amazon SES Email Event Notification',
        signatureVersion: '2',
        signature: 'c2lnbmF0dXJl',
        signingCertUrl: 'https://sns.eu-west-1.amazonaws.com/x.pem',
        token: null,
        subscribeUrl: null,
      },
    })
  })

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('reads a %s with its token', (Type) => {
    expect(parseEnvelope(bytes({ ...confirmation, Type, Subject: 'not signed here' }))).toMatchObject({
      ok: true,
      envelope: { type: Type, token: confirmation['Token'], subscribeUrl: confirmation['SubscribeURL'], subject: null },
    })
  })

  it('leaves every value as it is, emoji and line breaks included', () => {
    const Message = ' \u{1f600}\r\n{"a":1}\n'
    const escaped = JSON.stringify({ ...notification, Message }).replace('\u{1f600}', String.raw`\ud83d\ude00`)
    expect(escaped).toContain(String.raw`\ud83d`)
    expect(parseEnvelope(Buffer.from(escaped))).toMatchObject({ ok: true, envelope: { message: Message } })
  })

  it('takes the spelling of Lambda', () => {
    const { SigningCertURL, ...rest } = notification
    const lambda = {
      ...rest,
      SigningCertUrl: SigningCertURL,
      UnsubscribeUrl: 'x',
      Subject: null,
      MessageAttributes: {},
    }
    expect(parseEnvelope(bytes(lambda))).toMatchObject({
      ok: true,
      envelope: { subject: null, signingCertUrl: SigningCertURL },
    })
  })

  it('ignores what is not signed, and a Token in a Notification', () => {
    const more = { UnsubscribeURL: 7, MessageAttributes: [], Token: 7, SubscribeURL: {}, New: { deep: [] } }
    expect(parseEnvelope(bytes({ ...notification, ...more }))).toEqual(parseEnvelope(bytes(notification)))
  })

  it('takes the last of duplicate keys, for proving and for acting alike', () => {
    const doubled = JSON.stringify(notification).replace('{', '{"Message":"first",')
    expect(parseEnvelope(Buffer.from(doubled))).toEqual(parseEnvelope(bytes(notification)))
  })

  it('takes a byte order mark off', () => {
    expect(parseEnvelope(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes(notification)])).ok).toBe(true)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no JSON', Buffer.from('Successfully validated SNS topic for Amazon SES event publishing.')],
    ['half of it', bytes(notification).subarray(0, 300)],
    ['something behind it', Buffer.concat([bytes(notification), Buffer.from('x')])],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('{"Type":"'), Buffer.of(0xff), Buffer.from('"}')])],
    [
      'UTF-8 of half a surrogate pair',
      Buffer.concat([Buffer.from('"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"')]),
    ],
    ['UTF-16', Buffer.from(JSON.stringify(notification), 'utf16le')],
    ['an array', bytes([notification])],
    ['null', bytes(null)],
    ['a text', bytes('Notification')],
    ['a number', bytes(1)],
    ['a form', Buffer.from('Type=Notification&Message=x')],
    ['very deep nesting', Buffer.from('['.repeat(500_000))],
  ])('cannot read %s', (_, body) => {
    expect(parseEnvelope(body)).toMatchObject({ ok: false, code: 'SNS_BODY_UNREADABLE' })
  })

  it('does not even parse what has more parts than SNS ever sends', () => {
    const reason = 'the body has more parts than SNS ever sends'
    const more = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]))
    expect(parseEnvelope(bytes({ ...notification, more }))).toMatchObject({ code: 'SNS_BODY_UNREADABLE', reason })
  })

  it.each([
    ['identity feedback', { notificationType: 'Bounce', bounce: {}, mail: {} }],
    ['an event', { eventType: 'Rendering Failure', failure: {}, mail: {} }],
    ['the set-up message', { notificationType: 'AmazonSnsSubscriptionSucceeded', message: 'x' }],
  ])('recognises %s of SES without an envelope', (_, record) => {
    expect(parseEnvelope(bytes(record))).toMatchObject({ ok: false, code: 'SNS_RAW_DELIVERY' })
  })

  it('does not take an envelope for a bare record because of a further field', () => {
    expect(parseEnvelope(bytes({ ...notification, eventType: 'Bounce' })).ok).toBe(true)
  })

  const needed = ['MessageId', 'TopicArn', 'Message', 'Timestamp', 'SignatureVersion', 'Signature', 'SigningCertURL']
  const notStrings = [
    ['a number', 1],
    ['null', null],
    ['an object', {}],
    ['an array', ['x']],
    ['true', true],
  ] as const
  const faults = [['missing', undefined], ...notStrings] as const
  const cases = [...needed, 'Token', 'SubscribeURL'].flatMap((field) =>
    faults.map(([what, value]) => ({ field, what, value })),
  )
  it.each(cases)('refuses $field that is $what', ({ field, value }) => {
    const parsed = parseEnvelope(bytes({ ...confirmation, [field]: value }))
    expect(parsed).toMatchObject({ ok: false, code: 'SNS_ENVELOPE_INVALID' })
    expect(JSON.stringify(parsed)).toContain(field)
  })

  it.each([
    ['Subject', 7],
    ['Subject', {}],
    ['Subject', 'two\nlines'],
    ['Type', 'Subscription'],
    ['Type', ['Notification']],
    ['Type', undefined],
    ['Type', 'notification'],
    ['MessageId', ''],
    ['MessageId', 'a\nSubject\nb'],
    ['MessageId', 'm'.repeat(101)],
    ['MessageId', 'a b'],
    ['Timestamp', '2026-06-02T08:20:04.000Z\nTopicArn\nx'],
    ['Timestamp', ''],
    ['TopicArn', 'arn:aws:sns:eu-west-1:111122223333:ses\n'],
    ['TopicArn', 'arn:aws:sqs:eu-west-1:111122223333:ses'],
    ['Message', 'half \ud83d of a pair'],
    ['Subject', '\udc00'],
  ])('refuses a %s of %j', (field, value) => {
    expect(parseEnvelope(bytes({ ...notification, [field]: value }))).toMatchObject({
      ok: false,
      code: 'SNS_ENVELOPE_INVALID',
    })
  })

  it.each([
    ['Token', 'abc&Action=Publish'],
    ['Token', ''],
    ['Token', 'a\nb'],
    ['Token', 'a'.repeat(1025)],
    ['SubscribeURL', 'https://x.example/\nTimestamp\nx'],
  ])('refuses a confirmation with the %s %j', (field, value) => {
    expect(parseEnvelope(bytes({ ...confirmation, [field]: value }))).toMatchObject({
      ok: false,
      code: 'SNS_ENVELOPE_INVALID',
    })
  })

  it('names every fault and quotes no value', () => {
    const parsed = parseEnvelope(
      bytes({ ...notification, MessageId: 7, Signature: undefined, Timestamp: 'secret text' }),
    )
    expect(parsed).toEqual({
      ok: false,
      code: 'SNS_ENVELOPE_INVALID',
      reason: 'MessageId is no string; Timestamp has a form that SNS does not send; Signature is missing',
    })
  })

  it('never throws, whatever the bytes', () => {
    const whole = bytes(confirmation)
    const mutated = fc
      .tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 8 }))
      .map(([at, cut, piece]) => Buffer.concat([whole.subarray(0, at), piece, whole.subarray(at + cut)]))
    const anyBody = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      mutated,
      fc
        .dictionary(fc.constantFrom(...Object.keys(confirmation), 'eventType', '__proto__'), fc.anything())
        .map((value) => {
          try {
            return bytes(value)
          } catch {
            return Buffer.alloc(0)
          }
        }),
    )
    fc.assert(
      fc.property(anyBody, (body) => {
        const parsed = parseEnvelope(body)
        expect(parsed.ok || parsed.reason.length > 0).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('envelopeOf', () => {
  it('reads what was parsed already', () => {
    expect(envelopeOf(notification)).toEqual(parseEnvelope(bytes(notification)))
    expect(envelopeOf(undefined)).toMatchObject({ ok: false, code: 'SNS_BODY_UNREADABLE' })
  })
})

describe('publishedAt', () => {
  it.each([
    ['2026-06-02T08:20:04.455Z', Date.UTC(2026, 5, 2, 8, 20, 4, 455)],
    ['2026-06-02T08:20:04Z', Date.UTC(2026, 5, 2, 8, 20, 4)],
    ['2026-13-02T08:20:04.455Z', null],
    ['2026-06-02', null],
    ['2026-06-02T08:20:04.455', null],
    ['1', null],
  ])('of %s is %s', (Timestamp, time) => {
    const parsed = envelopeOf({ ...notification, Timestamp })
    expect.assert(parsed.ok)
    expect(publishedAt(parsed.envelope)).toBe(time)
  })
})
