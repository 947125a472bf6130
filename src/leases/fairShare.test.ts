import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairShare } from './fairShare.ts'
import type { Roll } from './leases.ts'

const rollOf = (owners: readonly string[], holders: Iterable<readonly [string, string]>): Roll => ({
  instances: owners.map((owner) => ({ owner, msLeft: 1000 })),
  holders: new Map(holders),
})

/** Lets every instance have its turn, in an order, until nobody has anything to do. @returns holders, and how many leases moved */
function settle(owners: readonly string[], names: readonly string[], start: ReadonlyMap<string, string>) {
  const holders = new Map([...start].filter(([, owner]) => owners.includes(owner)))
  let moves = 0
  for (let round = 0; round < 10; round += 1) {
    let moved = false
    for (const owner of owners) {
      const { take, giveUp } = fairShare(owner, names, rollOf(owners, holders))
      for (const name of take) holders.set(name, owner)
      for (const name of giveUp) holders.delete(name)
      moved ||= take.length + giveUp.length > 0
      moves += giveUp.length
    }
    if (!moved) return { holders, moves }
  }
  throw new Error('leases go to and fro')
}

const scene = fc
  .record({ instances: fc.integer({ min: 1, max: 6 }), lanes: fc.integer({ min: 0, max: 40 }) })
  .chain(({ instances, lanes }) => {
    const owners = Array.from({ length: instances }, (_, index) => `instance-${index}`)
    const names = Array.from({ length: lanes }, (_, index) => `lane/${index}`)
    return fc.record({
      owners: fc.constant(owners),
      names: fc.constant(names),
      start: fc
        .array(fc.constantFrom(...owners, 'dead', ''), { minLength: lanes, maxLength: lanes })
        .map(
          (given) =>
            new Map(
              names.map((name, index) => [name, given[index] ?? ''] as const).filter(([, owner]) => owner !== ''),
            ),
        ),
    })
  })

describe('the share of an instance', () => {
  it('leaves every lane with one instance, and none with more than the even share', () => {
    fc.assert(
      fc.property(scene, ({ owners, names, start }) => {
        const { holders } = settle(owners, names, start)
        expect(new Set(holders.keys())).toEqual(new Set(names))
        const most = Math.ceil(names.length / owners.length)
        for (const owner of owners)
          expect([...holders.values()].filter((one) => one === owner).length).toBeLessThanOrEqual(most)
      }),
    )
  })

  it('moves nothing that could stay', () => {
    fc.assert(
      fc.property(scene, ({ owners, names, start }) => {
        const settled = settle(owners, names, start).holders
        expect(settle(owners, names, settled)).toEqual({ holders: settled, moves: 0 })
      }),
    )
  })

  it('is everything for one that is alone', () => {
    expect(fairShare('one', ['a', 'b'], rollOf(['one'], [])).take.toSorted()).toEqual(['a', 'b'])
  })

  it('gives up what is no longer there to be shared', () => {
    expect(
      fairShare(
        'one',
        ['a'],
        rollOf(
          ['one'],
          [
            ['a', 'one'],
            ['b', 'one'],
          ],
        ),
      ),
    ).toEqual({ take: [], giveUp: ['b'] })
  })
})
