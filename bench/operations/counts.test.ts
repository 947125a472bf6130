import { expect, it } from 'vitest'
import { differences } from './counts.ts'

it('counts differ by what the operation was to change, and by nothing else', () => {
  const before = { bounce: 3, 'address hold 1': 2 }
  expect(
    differences(before, { bounce: 3, 'address hold 0': 2 }, { 'address hold 1': -2, 'address hold 0': 2 }),
  ).toEqual([])
  expect(differences(before, { bounce: 2, 'address hold 1': 2 }, {})).toEqual(['bounce: 2, must be 3'])
  expect(differences(before, { ...before, message: 1 }, {})).toEqual(['message: 1, must be 0'])
  expect(differences(before, before, { 'address hold 1': -1 })).toEqual(['address hold 1: 2, must be 1'])
})
