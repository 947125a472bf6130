import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base36Digits, pick, seededRandom, sesId, shuffled, uuid, wholeNumber } from './random.ts'

function draw(seed: number, label: string): readonly number[] {
  return Array.from({ length: 5 }, seededRandom(seed, label))
}

describe('seededRandom', () => {
  it('repeats itself for the same seed and label, and for no other', () => {
    expect(draw(1, 'a')).toEqual(draw(1, 'a'))
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'))
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'))
  })

  it('is spread evenly over [0, 1), whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed)
        const counts = Array.from({ length: 10 }, () => 0)
        for (let drawn = 0; drawn < 5000; drawn++) counts[Math.floor(random() * 10)]! += 1
        // A number outside would have its own place behind, or none.
        expect(counts).toHaveLength(10)
        // 500 each; six standard deviations are about 127.
        for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(140)
      }),
      { numRuns: 20 },
    )
  })
})

describe('what is made of random numbers', () => {
  const random = seededRandom('forms')

  it('has the forms of AWS and CiviCRM', () => {
    expect(uuid(random)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(sesId(random, Date.UTC(2026, 5, 2))).toMatch(
      /^0102[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-000000$/,
    )
    expect(base36Digits(random, 16)).toMatch(/^[0-9a-z]{16}$/)
  })

  it('reaches every whole number and every item', () => {
    const numbers = new Set(Array.from({ length: 200 }, () => wholeNumber(random, 6)))
    expect([...numbers].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(Array.from({ length: 100 }, () => pick(random, ['a', 'b'])))).toEqual(new Set(['a', 'b']))
    expect(() => pick(random, [])).toThrow(RangeError)
  })

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, index) => index)
    const mixed = shuffled(random, items)
    expect(mixed).not.toEqual(items)
    expect(mixed.toSorted((a, b) => a - b)).toEqual(items)
  })
})
