import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventOf } from '../testing/eventOf.ts'
import { bounceReason, withMarker } from './reason.ts'

const reasonFor = (diagnosticCode?: string, status?: string, more: object = {}): string =>
  bounceReason(
    eventOf({
      kind: 'Bounce',
      recipients: [
        {
          emailAddress: 'reader@example.net',
          ...(diagnosticCode === undefined ? {} : { diagnosticCode }),
          ...(status === undefined ? {} : { status }),
        },
      ],
      ...more,
    }),
  )

const complaint = (feedbackType: string | null): string =>
  bounceReason(eventOf({ kind: 'Complaint', recipients: ['reader@example.net'], feedbackType }))

describe('bounceReason', () => {
  it('says what SES and the receiving server said', () => {
    expect(reasonFor('smtp; 550 5.1.1 user unknown', '5.1.1')).toBe('SES Permanent/General 550 5.1.1 user unknown')
    expect(reasonFor('smtp; 550 user unknown', '5.1.1')).toBe('SES Permanent/General 5.1.1 550 user unknown')
    expect(reasonFor(undefined, '5.1.1')).toBe('SES Permanent/General 5.1.1')
    expect(reasonFor()).toBe('SES Permanent/General no diagnosis was given')
    expect(reasonFor(undefined, undefined, { bounceType: '', bounceSubType: 'Some thing\n new' })).toBe(
      'SES unnamed/Somethingnew no diagnosis was given',
    )
  })

  it('says that a complaint was one', () => {
    expect(complaint('abuse')).toBe('SES Complaint/abuse the recipient complained about the mail')
    expect(complaint(null)).toBe('SES Complaint/none the recipient complained about the mail')
  })

  it('holds no newline and nothing beyond the BMP', () => {
    expect(reasonFor('550 no\r\n 550 \u{1F600} \uD800 ü')).toBe('SES Permanent/General 550 no 550 \uFFFD \uFFFD ü')
  })
})

describe('withMarker', () => {
  it('puts the marker early', () => {
    expect(withMarker('SES Permanent/General 550 5.1.1 user unknown', 'k7f3')).toBe(
      'SES Permanent/General [k7f3] 550 5.1.1 user unknown',
    )
    expect(withMarker('SES Permanent/General', 'k7f3')).toBe('SES Permanent/General [k7f3]')
    expect(withMarker('anything', 'k7f3')).toBe('[k7f3] anything')
  })

  it('cuts the end, never the marker and never half a character', () => {
    const marked = withMarker(reasonFor(`550 ${'ü€'.repeat(200)}`), 'k7f3')
    expect(Buffer.byteLength(marked)).toBeGreaterThan(250)
    expect(Buffer.byteLength(withMarker(reasonFor('x'.repeat(400)), 'k7f3'))).toBe(254)
    expect(marked).toMatch(/^SES Permanent\/General \[k7f3\] 550 (ü€)+ü?$/)
  })

  it('stays within 254 bytes of valid text, with the marker in it, whatever SES says', () => {
    const marker = fc.stringMatching(/^[a-z0-9]{4,64}$/)
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(text, text, text, marker, (bounceType, bounceSubType, diagnosticCode, mark) => {
        const reason = reasonFor(diagnosticCode, undefined, { bounceType, bounceSubType })
        for (const line of [reason, withMarker(reason, mark)]) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(254)
          expect(line.isWellFormed()).toBe(true)
          expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u{10000}-\u{10FFFF}]/u)
        }
        expect(withMarker(reason, mark)).toContain(`[${mark}]`)
      }),
    )
  })
})
