import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { confirmationDelay, isAttemptDue, tokenExpiresAt } from './confirmationSchedule.ts'

const longest = (): number => 1

describe('confirmationDelay', () => {
  it('doubles from five seconds to a quarter of an hour', () => {
    expect([1, 2, 3, 8, 9, 1000].map((attempts) => confirmationDelay(attempts, longest))).toEqual([
      5000, 10_000, 20_000, 640_000, 900_000, 900_000,
    ])
  })

  it('lies between half and all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const delay = confirmationDelay(attempts, () => random)
          const full = confirmationDelay(attempts, () => 1)
          expect(delay).toBeGreaterThanOrEqual(full / 2 - 1)
          expect(delay).toBeLessThanOrEqual(full)
        },
      ),
    )
  })
})

describe('isAttemptDue', () => {
  it('is so from its moment on, and where that was set by a clock which ran ahead', () => {
    expect(isAttemptDue(1000, 999)).toBe(false)
    expect(isAttemptDue(1000, 1000)).toBe(true)
    expect(isAttemptDue(900_000, 0)).toBe(false)
    expect(isAttemptDue(86_400_000, 0)).toBe(true)
  })
})

describe('tokenExpiresAt', () => {
  it('is two days after the arrival', () => {
    expect(tokenExpiresAt({ receivedAt: Date.UTC(2026, 0, 1) })).toBe(Date.UTC(2026, 0, 3))
  })
})
