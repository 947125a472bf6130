import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validityTime } from './validityTime.ts'

const day = 24 * 60 * 60_000
const now = Date.UTC(2026, 5, 2)

describe('validityTime', () => {
  it.each([
    ['a moment ago', now - 1000],
    ['an hour ago, as HTTPS repeats', now - 60 * 60_000],
    ['51 days ago, from a dead-letter queue', now - 51 * day],
    ['a little ahead of our clock', now + 10 * 60_000],
  ])('is the Timestamp of a message from %s', (_name, publishedAt) => {
    expect(validityTime(publishedAt, now)).toBe(publishedAt)
  })

  it.each([
    ['without a readable Timestamp', null],
    ['from the future', now + 60 * 60_000],
    ['older than anything under way', now - 61 * day],
  ])('is now for a message %s', (_name, publishedAt) => {
    expect(validityTime(publishedAt, now)).toBe(now)
  })

  it('never opens a certificate that expired more than 60 days ago, whatever a forger writes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(null), fc.integer({ min: 0, max: now * 2 }), fc.constant(NaN)),
        (publishedAt) => {
          const at = validityTime(publishedAt, now)
          expect(at).toBeGreaterThanOrEqual(now - 60 * day)
          expect(at).toBeLessThanOrEqual(now + 15 * 60_000)
        },
      ),
    )
  })
})
