import { assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoff } from './backoff.ts'

const shape = { least: 100, first: 1000, most: 60_000 }

describe('back-off', () => {
  it('doubles its ceiling with each failure, up to the longest', () => {
    const longest = (failures: number): number => backoff(failures, shape, () => 1)
    expect([1, 2, 3, 4, 7, 8, 2000].map(longest)).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000, 60_000])
  })

  it('takes anything between the least and the ceiling', () => {
    expect([0, 0.5, 1].map((random) => backoff(2, shape, () => random))).toEqual([100, 1050, 2000])
  })

  it('keeps within its bounds, whatever is asked', () => {
    assert(
      property(integer({ min: -5, max: 5000 }), double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const pause = backoff(failures, shape, () => random)
        expect(Number.isInteger(pause)).toBe(true)
        expect(pause).toBeGreaterThanOrEqual(shape.least)
        expect(pause).toBeLessThanOrEqual(shape.most)
      }),
    )
  })

  it('never ends below the least, even where the ceiling is lower', () => {
    expect(backoff(1, { least: 500, first: 10, most: 20 }, () => 1)).toBe(500)
  })
})
