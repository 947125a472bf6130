import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reasonLimit } from '../civimail/reason.ts'
import { cleanBody, cleanReason } from './text.ts'

describe('cleanReason', () => {
  it('leaves ordinary text alone', () => {
    expect(cleanReason('[a1b2] smtp; 550 5.1.1 müller@example.org unknown')).toBe(
      '[a1b2] smtp; 550 5.1.1 müller@example.org unknown',
    )
  })

  it('replaces what old MySQL tables cannot hold by one character', () => {
    expect(cleanReason('mailbox 📪 full')).toBe('mailbox \uFFFD full')
    expect(cleanReason('half \uD83D pair')).toBe('half \uFFFD pair')
  })

  it('makes one line of it', () => {
    expect(cleanReason(' 550-first\r\n550 second\u0000\u2028third ')).toBe('550-first 550 second third')
  })

  it('cuts by bytes, at a whole character', () => {
    expect(cleanReason('ü'.repeat(200))).toBe('ü'.repeat(127))
    expect(cleanReason(`x${'ü'.repeat(200)}`)).toBe(`x${'ü'.repeat(126)}`)
    expect(Buffer.byteLength(cleanReason('€'.repeat(200)))).toBe(252)
  })

  it('never is empty', () => {
    expect(cleanReason(' \n ')).toBe('no reason given')
    expect(cleanBody('')).toBe('no reason given')
  })

  it('is in bounds for any text, keeps its beginning, and is stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (input) => {
        const reason = cleanReason(`marker ${input}`)
        expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(reasonLimit)
        expect(reason).not.toMatch(/[\u{10000}-\u{10FFFF}\p{Cc}]/u)
        expect(reason.isWellFormed()).toBe(true)
        expect(reason.startsWith('marker')).toBe(true)
        expect(cleanReason(reason)).toBe(reason)
      }),
    )
  })
})
