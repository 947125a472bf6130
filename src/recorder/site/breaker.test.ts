import { array, assert, constantFrom, double, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BreakerRules } from '../limits.ts'
import { admit, type Breaker, closedBreaker, faulted, inconclusive, succeeded } from './breaker.ts'

const rules: BreakerRules = {
  tolerated: 2,
  short: { least: 100, first: 100, most: 400 },
  open: { least: 1000, first: 1000, most: 8000 },
  repair: { least: 60_000, first: 60_000, most: 240_000 },
}

/** The longest pauses: nothing is left to chance. */
const random = (): number => 1

const passing = { passes: true, retryAfterMs: 0 }
const toRepair = { passes: false, retryAfterMs: 0 }
const longestAsked = 3_600_000

type Step = 'fault' | 'needs repair' | 'success' | 'nothing learnt' | 'time comes' | 'too early'

/** What the breaker says after these steps: its state, failures, and the pause before it. */
function after(...steps: readonly Step[]): readonly [Breaker['state'], number, number | null] {
  let breaker: Breaker = closedBreaker
  let now = 1_000_000
  const pauseOf = (): number | null => (breaker.state === 'halfOpen' ? null : Math.max(0, breaker.resumeAt - now))
  for (const step of steps) {
    if (step === 'fault') breaker = faulted(breaker, passing, now, random, rules)
    else if (step === 'needs repair') breaker = faulted(breaker, toRepair, now, random, rules)
    else if (step === 'success') breaker = succeeded(breaker)
    else if (step === 'nothing learnt') breaker = inconclusive(breaker, now)
    else {
      if (breaker.state !== 'halfOpen') now = Math.max(now, breaker.resumeAt - (step === 'too early' ? 1 : 0))
      breaker = admit(breaker, now).breaker
    }
  }
  return [breaker.state, breaker.failures, pauseOf()]
}

describe('the breaker', () => {
  it.each<[readonly Step[], ReturnType<typeof after>]>([
    [[], ['closed', 0, 0]],
    [['success'], ['closed', 0, 0]],
    [['fault'], ['closed', 1, 100]],
    [
      ['fault', 'time comes'],
      ['closed', 1, 0],
    ],
    [
      ['fault', 'time comes', 'success'],
      ['closed', 0, 0],
    ],
    [
      ['fault', 'fault'],
      ['closed', 2, 200],
    ],
    [
      ['fault', 'fault', 'fault'],
      ['open', 3, 1000],
    ],
    [
      ['fault', 'fault', 'fault', 'too early'],
      ['open', 3, 1],
    ],
    [
      ['fault', 'fault', 'fault', 'success'],
      ['open', 3, 1000],
    ],
    [
      ['fault', 'fault', 'fault', 'time comes'],
      ['halfOpen', 3, null],
    ],
    [
      ['fault', 'fault', 'fault', 'time comes', 'success'],
      ['closed', 0, 0],
    ],
    [
      ['fault', 'fault', 'fault', 'time comes', 'fault'],
      ['open', 4, 2000],
    ],
    [
      ['fault', 'fault', 'fault', 'time comes', 'nothing learnt'],
      ['open', 3, 0],
    ],
    [
      ['fault', 'fault', 'fault', 'time comes', 'nothing learnt', 'time comes'],
      ['halfOpen', 3, null],
    ],
    [['needs repair'], ['open', 3, 60_000]],
    [
      ['needs repair', 'time comes', 'needs repair'],
      ['open', 4, 120_000],
    ],
    [
      ['needs repair', 'time comes', 'fault'],
      ['open', 4, 2000],
    ],
    [
      ['needs repair', 'time comes', 'success', 'fault'],
      ['closed', 1, 100],
    ],
    [['nothing learnt'], ['closed', 0, 0]],
  ])('after %j is %j', (steps, expected) => {
    expect(after(...steps)).toEqual(expected)
  })

  it('lets whole batches go while closed, one probe when the time has come, and nothing beside it', () => {
    expect(admit(closedBreaker, 0).admit).toBe('batch')
    const open = faulted(closedBreaker, toRepair, 1000, random, rules)
    expect(admit(open, 1500)).toEqual({ admit: 'nothing', breaker: open, at: 61_000 })
    const probing = admit(open, 61_000)
    expect(probing.admit).toBe('probe')
    expect(admit(probing.breaker, 99_000)).toMatchObject({ admit: 'nothing', at: null })
  })

  it.each([
    [8000, 0, 'closed', 8100],
    [8000, 1, 'closed', 10_100],
    // Longer than its own pauses are: that is told of.
    [30_000, 0, 'open', 31_000],
    [30_000, 1, 'open', 38_500],
  ] as const)(
    'leaves a site alone for the %d ms that it asks for, and a little longer',
    (retryAfterMs, chance, state, pause) => {
      const breaker = faulted(closedBreaker, { passes: true, retryAfterMs }, 1000, () => chance, rules)
      expect(breaker).toMatchObject({ state, resumeAt: 1000 + pause })
      expect(admit(breaker, 1000 + pause - 1).admit).toBe('nothing')
    },
  )

  it('does not let five hundred sites of one server come back at the same moment', () => {
    let seed = 1
    const drawn = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    for (const [faults, retryAfterMs] of [
      [6, 0],
      [6, 30_000],
      [1, 60_000],
    ] as const) {
      let breakers = Array.from({ length: 500 }, (): Breaker => closedBreaker)
      for (let fault = 0; fault < faults; fault += 1)
        breakers = breakers.map((one) => faulted(one, { passes: true, retryAfterMs }, 0, drawn))
      const seconds = Map.groupBy(breakers, (one) => (one.state === 'halfOpen' ? 0 : Math.floor(one.resumeAt / 1000)))
      const most = Math.max(...[...seconds.values()].map(({ length }) => length))
      expect({ faults, retryAfterMs, tooMany: most >= 60 }).toEqual({ faults, retryAfterMs, tooMany: false })
    }
  })

  it('does not wait for hours after a clock that was set back', () => {
    const open = faulted(closedBreaker, toRepair, 10_000_000, random, rules)
    expect(admit(open, 10_000_000 - 3_600_000).admit).toBe('probe')
  })

  it('never lets two go at once while open, pauses within its bounds, and closes only by success', () => {
    const step = constantFrom('fault', 'repair', 'success', 'nothing', 'ask')
    const chances = double({ min: 0, max: 1, noNaN: true })
    const moves = array(tuple(step, integer({ min: 0, max: 100_000 }), chances, integer({ min: 0, max: longestAsked })))
    assert(
      property(moves, (moves) => {
        let breaker: Breaker = closedBreaker
        let now = 0
        for (const [move, passed, chance, asked] of moves) {
          now += passed
          const before: Breaker = breaker
          let allowed = true
          if (move === 'ask') {
            const admission = admit(breaker, now)
            allowed =
              admission.admit === 'nothing' || before.state === (admission.admit === 'batch' ? 'closed' : 'open')
            breaker = admission.breaker
          } else if (move === 'success') breaker = succeeded(breaker)
          else if (move === 'nothing') breaker = inconclusive(breaker, now)
          else if (move === 'repair') breaker = faulted(breaker, toRepair, now, () => chance, rules)
          else breaker = faulted(breaker, { passes: true, retryAfterMs: asked }, now, () => chance, rules)
          const closes = before.state !== 'closed' && breaker.state === 'closed'
          const closedWell = !closes || (before.state === 'halfOpen' && move === 'success')
          const pause = breaker.state === 'halfOpen' ? 0 : breaker.resumeAt - now
          expect({ allowed, closedWell, pausesTooLong: pause > rules.repair.most + 1.25 * longestAsked }).toEqual({
            allowed: true,
            closedWell: true,
            pausesTooLong: false,
          })
        }
      }),
    )
  })
})
