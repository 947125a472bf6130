import { expect, it } from 'vitest'
import { ClockSteps } from './clockSteps.ts'

it('a clock that is set back is noticed once, by how much; one that is adjusted or set forward is not', () => {
  const steps = new ClockSteps()
  expect(steps.look(1_000_000, 0)).toBe(0)
  expect(steps.look(1_060_000, 60_000)).toBe(0)
  // Adjusted by less than an answer of the database may take.
  expect(steps.look(1_066_000, 70_000)).toBe(0)
  expect(steps.look(1_066_000 - 3_600_000, 70_000)).toBe(3_600_000)
  expect(steps.look(1_067_000 - 3_600_000, 71_000)).toBe(0)
  expect(steps.look(9_000_000, 72_000)).toBe(0)
})
