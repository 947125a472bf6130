import { describe, expect, it } from 'vitest'
import { type ErrorCode, errorCatalogue } from '../../errors/catalogue.ts'
import { ingestErrors } from '../../errors/catalogue/ingest.ts'
import { answerTo, explanation, refusalAnswer } from './answers.ts'

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text)
}

describe('answerTo', () => {
  it('is 200 for what is on disk', () => {
    expect(answerTo({ outcome: 'stored' }).status).toBe(200)
    expect(answerTo({ outcome: 'duplicate' }).status).toBe(200)
    expect(answerTo({ outcome: 'confirmation', state: 'due' }).status).toBe(200)
    expect(answerTo({ outcome: 'confirmation', state: 'pending' }).status).toBe(200)
  })

  it.each<[ErrorCode, number]>([
    ['SNS_BODY_UNREADABLE', 400],
    ['SNS_ENVELOPE_INVALID', 400],
    ['SNS_RAW_DELIVERY', 400],
    ['SNS_HEADER_MISMATCH', 400],
    ['SNS_TOPIC_NOT_ALLOWED', 403],
    ['SNS_CERTIFICATE_URL', 403],
    ['SNS_CERTIFICATE_UNAVAILABLE', 503],
    ['SNS_CERTIFICATE_INVALID', 403],
    ['SNS_TIMESTAMP_TOO_OLD', 503],
    ['SNS_CERTIFICATE_NOT_YET_VALID', 503],
    ['SNS_SIGNATURE_INVALID', 403],
    ['SNS_SIGNATURE_VERSION', 403],
    ['HTTP_BODY_TOO_LARGE', 413],
    ['SITE_UNKNOWN', 404],
    ['STORAGE_UNAVAILABLE', 503],
    ['GATEWAY_STOPPING', 503],
    ['GATEWAY_OVERLOADED', 503],
    ['GATEWAY_DISK_LOW', 503],
    ['GATEWAY_FAULT', 503],
  ])('of %s is %i', (code, status) => {
    const answer = answerTo({ outcome: 'refused', code, reason: 'a reason that is not for strangers' })
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(code)
    expect(answer.text).not.toContain('not for strangers')
  })

  it('lets SNS repeat every code that may pass, and nothing else', () => {
    for (const code of Object.keys(errorCatalogue).filter(isCode)) {
      const { status } = refusalAnswer(code)
      expect([code, status === 503]).toEqual([code, errorCatalogue[code].retryable])
      // SNS's guides disagree about 429, and it follows no redirect.
      expect(status).not.toBe(429)
      expect(status).toBeGreaterThanOrEqual(400)
    }
    expect(Object.keys(ingestErrors).length).toBeGreaterThan(10)
  })
})

describe('explanation', () => {
  it('is a sentence by which the operators guide knows the gateway', () => {
    expect(explanation.status).toBe(200)
    expect(explanation.text).toMatch(/^civicrm-ses .*\.$/)
  })
})
