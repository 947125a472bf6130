import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hiddenAfter, pauseAfter } from './schedule.ts'

describe('the pause after failures', () => {
  it('doubles from a second to two minutes', () => {
    const pauses = [1, 2, 3, 7, 8, 1000].map((failures) => pauseAfter(failures, () => 1))
    expect(pauses).toEqual([1000, 2000, 4000, 64_000, 120_000, 120_000])
  })

  it('is between half and all of that, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const full = pauseAfter(failures, () => 1)
        const pause = pauseAfter(failures, () => random)
        expect(pause).toBeGreaterThanOrEqual(full / 2)
        expect(pause).toBeLessThanOrEqual(full)
      }),
    )
  })
})

describe('hiding what may be accepted later', () => {
  it('doubles from ten seconds to a quarter of an hour, in whole seconds as SQS wants them', () => {
    expect([1, 2, 3, 7, 8, 1000].map((receipts) => hiddenAfter(receipts, () => 1))).toEqual([10, 20, 40, 640, 900, 900])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (receipts, random) => {
        const seconds = hiddenAfter(receipts, () => random)
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(5)
        expect(seconds).toBeLessThanOrEqual(900)
      }),
    )
  })
})
