import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SharedClock } from './sharedClock.ts'

describe('the shared clock', () => {
  it('is the own one until something is known', () => {
    expect(new SharedClock({ now: () => 5 }).now()).toBe(5)
  })

  it('is never further from the true time than the last look took', () => {
    const look = fc.record({
      pause: fc.nat(60_000),
      there: fc.nat(500),
      back: fc.nat(500),
      drift: fc.integer({ min: -50, max: 50 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.array(look, { minLength: 1 }), (ahead, looks) => {
        let local = 1e12
        let difference = ahead
        const clock = new SharedClock({ now: () => local })
        for (const { pause, there, back, drift } of looks) {
          local += pause
          difference += drift
          const before = local
          const answer = local + there + difference
          local += there + back
          clock.learn(before, answer, local)
          expect(Math.abs(clock.now() - (local + difference))).toBeLessThanOrEqual(there + back)
        }
      }),
    )
  })

  it('does not waver with looks that prove nothing new', () => {
    const clock = new SharedClock({ now: () => 1000 })
    clock.learn(1000, 5000, 1002)
    clock.learn(1000, 5010, 1050)
    clock.learn(1000, 5000, 1100)
    expect(clock.differenceMs).toBe(3999)
  })

  it('learns nothing from a look within which the own clock was set back', () => {
    const clock = new SharedClock({ now: () => 1000 })
    clock.learn(1000, 5000, 1002)
    clock.learn(9000, 5000, 1000)
    expect(clock.differenceMs).toBe(3999)
  })
})
