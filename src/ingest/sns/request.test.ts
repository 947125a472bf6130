import { describe, expect, it } from 'vitest'
import { confirmationFields, notificationFields } from '../../testing/snsSigner.ts'
import type { RequestHeaders } from './headers.ts'
import { parseRequest } from './request.ts'

const signature = { SignatureVersion: '2', Signature: 'x', SigningCertURL: 'x' }
const body = Buffer.from(JSON.stringify({ ...notificationFields, ...signature }))
const headers: RequestHeaders = {
  'content-type': 'text/plain; charset=UTF-8',
  'x-amz-sns-message-type': 'Notification',
  'x-amz-sns-message-id': notificationFields['MessageId'],
  'x-amz-sns-topic-arn': notificationFields['TopicArn'],
  'x-amz-sns-subscription-arn': `${notificationFields['TopicArn']}:7491ecc4-40ff-41ba-af58-19f442d83eb8`,
}

describe('parseRequest', () => {
  it('takes a message whose headers agree with it, whatever its content type', () => {
    expect(parseRequest(body, headers).ok).toBe(true)
    expect(parseRequest(body, { ...headers, 'content-type': 'application/octet-stream' }).ok).toBe(true)
  })

  it('takes a message without headers, as a proxy or a queue passes it on', () => {
    expect(parseRequest(body, {}).ok).toBe(true)
  })

  it.each([
    ['x-amz-sns-message-type', 'SubscriptionConfirmation'],
    ['x-amz-sns-message-id', '464d8759-27ec-434b-a7ec-ab78a0161b33'],
    ['x-amz-sns-topic-arn', 'arn:aws:sns:eu-west-1:111122223333:other'],
    ['x-amz-sns-message-type', ''],
    ['x-amz-sns-message-type', 'Notification, SubscriptionConfirmation'],
    ['x-amz-sns-topic-arn', ['arn:aws:sns:eu-west-1:111122223333:ses', 'arn:aws:sns:eu-west-1:111122223333:ses']],
  ])('refuses a contradicting %s: %j', (header, value) => {
    const parsed = parseRequest(body, { ...headers, [header]: value })
    expect(parsed).toEqual({
      ok: false,
      code: 'SNS_HEADER_MISMATCH',
      reason: `the header ${header} differs from the body`,
    })
  })

  it.each(['true', 'True', ' true '])(
    'names raw delivery when the header says %j, even where the body is signed',
    (value) => {
      const raw = { ...headers, 'x-amz-sns-rawdelivery': value }
      expect(parseRequest(Buffer.from('plain text'), raw)).toMatchObject({ ok: false, code: 'SNS_RAW_DELIVERY' })
      expect(parseRequest(body, raw)).toMatchObject({ ok: false, code: 'SNS_RAW_DELIVERY' })
    },
  )

  it('takes the signed confirmation of a subscription with raw delivery', () => {
    const confirmation = Buffer.from(JSON.stringify({ ...confirmationFields, ...signature }))
    expect(parseRequest(confirmation, { 'x-amz-sns-message-type': 'SubscriptionConfirmation' }).ok).toBe(true)
    expect(parseRequest(confirmation, { 'x-amz-sns-rawdelivery': 'false' }).ok).toBe(true)
  })

  it('finds a body unreadable before it looks at headers', () => {
    expect(parseRequest(Buffer.from('{'), { ...headers, 'x-amz-sns-message-id': 'x' })).toMatchObject({
      ok: false,
      code: 'SNS_BODY_UNREADABLE',
    })
  })
})
