import { describe, expect, it } from 'vitest'
import { type BounceTypeName, defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { reachesThreshold } from './holdRule.ts'

type Counts = readonly (readonly [BounceTypeName, number])[]

function holds(counts: Counts, types = defaultBounceTypes): boolean {
  return reachesThreshold(new Map(counts), types)
}

describe('reachesThreshold', () => {
  it.each<readonly [Counts, boolean]>([
    [[], false],
    [[['Invalid', 1]], true],
    [[['Relay', 2]], false],
    [[['Relay', 3]], true],
    [
      [
        ['Relay', 2],
        ['Quota', 2],
        ['Syntax', 2],
        ['Away', 29],
      ],
      false,
    ],
    [
      [
        ['Relay', 2],
        ['Away', 30],
      ],
      true,
    ],
  ])('%j: %s', (counts, expected) => {
    expect(holds(counts)).toBe(expected)
  })

  it('never holds at threshold 0', () => {
    expect(holds([['Invalid', 100]], { ...defaultBounceTypes, Invalid: { id: 6, threshold: 0 } })).toBe(false)
  })
})
