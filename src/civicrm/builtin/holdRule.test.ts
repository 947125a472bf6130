import { describe, expect, it } from 'vitest'
import { type BounceTypeName, defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { reachesThreshold } from './holdRule.ts'

function holds(counts: Partial<Record<BounceTypeName, number>>, types = defaultBounceTypes): boolean {
  return reachesThreshold(new Map(Object.entries(counts) as [BounceTypeName, number][]), types)
}

describe('reachesThreshold', () => {
  it.each<readonly [Partial<Record<BounceTypeName, number>>, boolean]>([
    [{}, false],
    [{ Invalid: 1 }, true],
    [{ Relay: 2 }, false],
    [{ Relay: 3 }, true],
    [{ Relay: 2, Quota: 2, Syntax: 2, Away: 29 }, false],
    [{ Relay: 2, Away: 30 }, true],
  ])('%j: %s', (counts, expected) => {
    expect(holds(counts)).toBe(expected)
  })

  it('never holds at threshold 0', () => {
    expect(holds({ Invalid: 100 }, { ...defaultBounceTypes, Invalid: { id: 6, threshold: 0 } })).toBe(false)
  })
})
