import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disturb } from './disturb.ts'
import { seededRandom } from './random.ts'

interface Item {
  readonly id: number
  readonly telling: 'first' | 'second'
}

const items = fc.nat(60).map((length) => Array.from({ length }, (_, id): Item => ({ id, telling: 'first' })))
const share = fc.double({ min: 0, max: 1, noNaN: true })
const disturbances = fc.record({ duplicates: share, otherDialect: share, reorder: fc.nat(20) })

/** The odd ones are told in one way only. */
function other({ id }: Item): Item | null {
  return id % 2 === 0 ? { id, telling: 'second' } : null
}

describe('disturb', () => {
  it('loses nothing, invents nothing, and repeats an item once at most', () => {
    fc.assert(
      fc.property(items, disturbances, fc.integer(), (given, how, seed) => {
        const stream = disturb(given, { ...how, other }, seededRandom(seed))
        const counts = new Map<Item, number>()
        for (const item of stream) counts.set(item, (counts.get(item) ?? 0) + 1)
        for (const item of given) expect(counts.get(item)).toBeOneOf([1, 2])
        const second = [...counts.keys()].filter(({ telling }) => telling === 'second')
        expect(counts.size).toBe(given.length + second.length)
        expect(new Set(second.map(({ id }) => id)).size).toBe(second.length)
        expect(second.every(({ id }) => id % 2 === 0)).toBe(true)
        expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(2)
      }),
    )
  })

  it('moves nothing further than it may', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(20), fc.integer(), (length, reorder, seed) => {
        const given = Array.from({ length }, (_, index) => index)
        const stream = disturb(given, { reorder }, seededRandom(seed))
        for (const [place, item] of stream.entries()) expect(Math.abs(place - item)).toBeLessThanOrEqual(reorder)
      }),
    )
  })

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(items, disturbances, fc.integer(), (given, how, seed) => {
        const once = (): unknown => disturb(given, { ...how, other, reorder: 'all' }, seededRandom(seed))
        expect(once()).toEqual(once())
      }),
    )
  })

  it('does nothing by itself, and everything where asked to', () => {
    const given: readonly Item[] = [
      { id: 0, telling: 'first' },
      { id: 1, telling: 'first' },
    ]
    expect(disturb(given, {}, seededRandom(1))).toEqual(given)
    expect(disturb(given, { duplicates: 1, otherDialect: 1, other }, seededRandom(1))).toHaveLength(6)
  })

  it('mixes everything where nothing bounds it', () => {
    const given = Array.from({ length: 100 }, (_, index) => index)
    const stream = disturb(given, { reorder: 'all' }, seededRandom(1))
    expect(stream).not.toEqual(given)
    expect(stream.toSorted((a, b) => a - b)).toEqual(given)
    expect(Math.max(...stream.map((item, place) => Math.abs(item - place)))).toBeGreaterThan(40)
  })
})
