import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confirmationFields, notificationFields, signedText } from '../../testing/snsSigner.ts'
import { envelopeOf } from './envelope.ts'
import { stringToSign } from './stringToSign.ts'
import type { SnsEnvelope } from './verdict.ts'

const unsigned = { SignatureVersion: '2', Signature: 'x', SigningCertURL: 'x' }

function envelope(fields: Readonly<Record<string, unknown>>): SnsEnvelope {
  const parsed = envelopeOf({ ...fields, ...unsigned })
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.envelope
}

describe('stringToSign', () => {
  it('puts Message first and ends with a line break', () => {
    expect(stringToSign(envelope(notificationFields)).toString()).toBe(
      'Message\n{"eventType":"Bounce","mail":{"subject":"\u{1f600} Grüße"}}\n\n' +
        'MessageId\n1055bc4a-e4f8-40f9-af6a-99c155b08d43\n' +
        'Subject\nAmazon SES Email Event Notification\n' +
        'Timestamp\n2026-06-02T08:20:04.000Z\n' +
        'TopicArn\narn:aws:sns:eu-west-1:111122223333:ses\n' +
        'Type\nNotification\n',
    )
  })

  it('leaves Subject out where none was published, and keeps an empty one', () => {
    const { Subject: _, ...without } = notificationFields
    expect(stringToSign(envelope(without)).toString()).not.toContain('Subject')
    expect(stringToSign(envelope({ ...without, Subject: null })).toString()).not.toContain('Subject')
    expect(stringToSign(envelope({ ...without, Subject: '' })).toString()).toContain('\nSubject\n\nTimestamp\n')
  })

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('of a %s holds SubscribeURL and Token', (Type) => {
    const fields = { ...confirmationFields, Type }
    expect(stringToSign(envelope(fields)).toString()).toBe(signedText(fields))
  })

  it('leaves Subject of a confirmation out, which SNS would not sign', () => {
    expect(stringToSign(envelope({ ...confirmationFields, Subject: 'x' })).toString()).not.toContain('Subject')
  })

  it('is written into the scratch buffer where it fits, and is the same where not', () => {
    const scratch = Buffer.alloc(4096)
    const short = envelope(notificationFields)
    const long = envelope({ ...notificationFields, Message: '€'.repeat(5000) })
    expect(stringToSign(short, scratch).buffer).toBe(scratch.buffer)
    expect(stringToSign(short, scratch)).toEqual(stringToSign(short))
    expect(stringToSign(long, scratch)).toEqual(stringToSign(long))
    expect(stringToSign(long).length).toBe(
      15_000 + stringToSign(envelope({ ...notificationFields, Message: '' })).length,
    )
  })

  it('can be cut into fields in one way only, whatever Message holds', () => {
    const texts = fc.array(
      fc.constantFrom('Message\n', 'MessageId\n', '\nSubject\n', '\nTimestamp\n', '\nType\nNotification\n', 'x', '\n'),
      { maxLength: 6 },
    )
    const line = fc.constantFrom('Subject', 'MessageId', 'Timestamp', 'x')
    const fields = fc.record({
      Message: texts.map((parts) => parts.join('')),
      MessageId: line,
      Subject: fc.option(fc.oneof(line, fc.constant(''))),
      Timestamp: line,
    })
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const [one, other] = [envelope({ ...notificationFields, ...a }), envelope({ ...notificationFields, ...b })]
        expect(stringToSign(one).equals(stringToSign(other))).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2000 },
    )
  })
})
