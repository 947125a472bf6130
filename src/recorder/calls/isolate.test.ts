import { assert, asyncProperty, constant, integer, oneof, record, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isolate, type Isolation, type Tried } from './isolate.ts'

interface Scene {
  readonly bad?: readonly number[]
  /** From which call on the site is down; Infinity = never. */
  readonly downFrom?: number
  readonly divisible?: boolean
}

async function run(
  count: number,
  { bad = [], downFrom = Infinity, divisible = true }: Scene = {},
): Promise<Isolation<number, string> & { readonly calls: readonly (readonly number[])[] }> {
  const calls: (readonly number[])[] = []
  const items = Array.from({ length: count }, (_, index) => index)
  const isolation = await isolate<number, string>(items, async (some): Promise<Tried<string>> => {
    calls.push(some)
    if (calls.length >= downFrom) return { passed: false, fault: 'down', divisible }
    const culprit = some.find((item) => bad.includes(item))
    return culprit === undefined ? { passed: true } : { passed: false, fault: `item ${culprit}`, divisible }
  })
  return { ...isolation, calls }
}

describe('isolating a fault', () => {
  it('needs one call where nothing fails, and none for nothing', async () => {
    expect(await run(5)).toMatchObject({ passed: [0, 1, 2, 3, 4], culprits: [], siteFault: null, left: [] })
    expect((await run(5)).calls).toHaveLength(1)
    expect((await run(0)).calls).toEqual([])
  })

  it('finds the one bad item among a hundred, and the others pass in order', async () => {
    const { passed, culprits, siteFault, calls } = await run(100, { bad: [37] })
    expect(culprits).toEqual([{ item: 37, fault: 'item 37' }])
    expect(passed).toEqual(Array.from({ length: 100 }, (_, index) => index).filter((item) => item !== 37))
    expect(siteFault).toBeNull()
    expect(calls.length).toBeLessThanOrEqual(16)
  })

  it('blames the site where nothing passes, after a handful of calls', async () => {
    const { passed, culprits, siteFault, left, calls } = await run(100, { downFrom: 1 })
    expect({ passed, culprits, siteFault }).toEqual({ passed: [], culprits: [], siteFault: 'down' })
    expect(left).toHaveLength(100)
    expect(calls.length).toBeLessThanOrEqual(12)
  })

  it('blames the site for a single item: there is no other to compare with', async () => {
    expect(await run(1, { bad: [0] })).toMatchObject({ culprits: [], siteFault: 'item 0', left: [0] })
    expect(await run(2, { bad: [0, 1] })).toMatchObject({ culprits: [], siteFault: 'item 0', left: [0, 1] })
  })

  it('blames the site that goes down on the way, and not those that then failed in a row', async () => {
    const { passed, culprits, siteFault, left } = await run(16, { bad: [0], downFrom: 7 })
    expect(passed).toContain(1)
    expect(culprits).toEqual([{ item: 0, fault: 'item 0' }])
    expect(siteFault).toBe('down')
    expect([...passed, ...left, 0].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index))
  })

  it('tells bad items side by side from a site that is down', async () => {
    const bad = Array.from({ length: 30 }, (_, index) => index)
    const { passed, culprits, siteFault } = await run(50, { bad })
    expect(culprits.map(({ item }) => item)).toEqual(bad)
    expect(passed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => 30 + index))
    expect(siteFault).toBeNull()
  })

  it('names those that failed alone before the site was blamed', async () => {
    const { left, unclear } = await run(100, { downFrom: 1 })
    expect(unclear).toEqual([0, 1, 2, 99])
    expect(left).toHaveLength(100)
  })

  it('stops at once at a fault that no item can have caused', async () => {
    const { calls, siteFault, left } = await run(10, { downFrom: 1, divisible: false })
    expect(calls).toHaveLength(1)
    expect(siteFault).toBe('down')
    expect(left).toHaveLength(10)
  })

  it('accounts for each item exactly once, and never blames one that passes', async () => {
    const scene = record({
      count: integer({ min: 0, max: 60 }),
      bad: uniqueArray(integer({ min: 0, max: 59 }), { maxLength: 20 }),
      downFrom: oneof(constant(Infinity), integer({ min: 1, max: 40 })),
    })
    await assert(
      asyncProperty(scene, async ({ count, bad, downFrom }) => {
        const { passed, culprits, left, siteFault } = await run(count, { bad, downFrom })
        const all = [...passed, ...culprits.map(({ item }) => item), ...left]
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
        const blamedWrongly = culprits.filter(({ item }) => downFrom === Infinity && !bad.includes(item))
        const leftWithoutReason = siteFault === null ? left : []
        const passedWrongly = passed.filter((item) => bad.includes(item))
        expect({ blamedWrongly, leftWithoutReason, passedWrongly }).toEqual({
          blamedWrongly: [],
          leftWithoutReason: [],
          passedWrongly: [],
        })
      }),
    )
  })
})
