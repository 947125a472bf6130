import { describe, expect, it } from 'vitest'
import type { GetAnswer } from '../boundedGet.ts'
import type { CertificateLocation } from '../signingCertUrl.ts'
import { HttpsSource } from './httpsSource.ts'

const location: CertificateLocation = {
  url: `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0'.repeat(32)}.pem`,
  fileName: `SimpleNotificationService-${'0'.repeat(32)}.pem`,
  names: ['sns.amazonaws.com'],
  topicPrefix: 'arn:aws:sns:eu-west-1:',
}

function load(answer: GetAnswer) {
  return new HttpsSource(async () => answer).load(location)
}

describe('HttpsSource', () => {
  it('fetches the URL of the message, bounded in size and time', async () => {
    const calls: unknown[] = []
    const source = new HttpsSource(async (...call) => {
      calls.push(call)
      return { ok: true, status: 200, body: Buffer.from('pem') }
    }, 1234)
    expect(await source.load(location)).toEqual({ ok: true, bytes: Buffer.from('pem') })
    expect(calls).toEqual([[location.url, { maxBytes: 16_384, timeoutMs: 1234 }]])
  })

  it.each([301, 302, 307, 204, 206, 403, 404, 500, 503])('takes no file from an answer of %i', async (status) => {
    expect(await load({ ok: true, status, body: Buffer.from('pem') })).toEqual({
      ok: false,
      reason: `SNS answered ${status} for the certificate`,
    })
  })

  it('passes on why there was no answer', async () => {
    expect(await load({ ok: false, reason: 'ENOTFOUND' })).toEqual({
      ok: false,
      reason: 'the certificate could not be fetched: ENOTFOUND',
    })
  })
})
