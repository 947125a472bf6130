import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeReceiver, type ReceiverTally, type ReceiverTraffic } from './judge.ts'
import { outageGuardSchema } from './rules.ts'

const rules = outageGuardSchema.parse({})

function tally(delivered: number, refused: Readonly<Record<string, number>> = {}): ReceiverTally {
  return { delivered, refused: new Map(Object.entries(refused)) }
}

const outage: ReceiverTraffic = { window: tally(2, { '5.1.1': 34 }), history: tally(1200, { '5.1.1': 10 }) }

describe('a burst', () => {
  it('is much refused at once by a domain that took nearly everything before, for one reason', () => {
    expect(judgeReceiver('example.net', outage, rules)).toEqual({
      burst: true,
      explanation:
        'In 60 minutes example.net refused 34 of 36 mails for good (94 %), 34 of them with the status 5.1.1; in the 30 days ' +
        'before it took 1200 and refused 10 (0.8 %). That looks like a fault of the provider, not of the addresses.',
    })
  })

  it.each([
    ['too few', 'few', { window: tally(0, { '5.1.1': 19 }) }],
    ['a first mailing to an old list', 'noHistory', { history: tally(0) }],
    ['a domain that hardly ever got mail', 'noHistory', { history: tally(19) }],
    ['bad addresses among good ones', 'mostlyTaken', { window: tally(300, { '5.1.1': 34 }) }],
    ['a domain that always refused much', 'asBefore', { history: tally(100, { '5.1.1': 60 }) }],
    ['various reasons', 'various', { window: tally(2, { '5.1.1': 17, '5.7.1': 17 }) }],
  ] as const)('is not: %s', (_, why, more) => {
    expect(judgeReceiver('example.net', { ...outage, ...more }, rules)).toEqual({ burst: false, why })
  })

  it('counts refusals without a status as alike', () => {
    const traffic = { ...outage, window: tally(0, { unnamed: 40 }) }
    expect(judgeReceiver('example.net', traffic, rules)).toMatchObject({
      burst: true,
      explanation: expect.stringContaining('40 of them without naming a status'),
    })
  })
})

const count = fc.integer({ min: 0, max: 5000 })
const tallies = fc
  .record({ delivered: count, a: count, b: count })
  .map(({ delivered, a, b }) => tally(delivered, { a, b }))
const traffics = fc.record({ window: tallies, history: tallies })
const someRules = fc
  .record({
    windowMinutes: fc.integer({ min: 10, max: 1440 }),
    leastBounces: fc.integer({ min: 5, max: 500 }),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
  })
  .map((given) => outageGuardSchema.parse(given))

describe('whatever the numbers', () => {
  it('nothing is set aside for a domain without deliveries before, nor for a few bounces', () => {
    const property = fc.property(traffics, someRules, (traffic, given) => {
      const { burst } = judgeReceiver('example.net', traffic, given)
      const refused = [...traffic.window.refused.values()].reduce((sum, one) => sum + one, 0)
      return !burst || (traffic.history.delivered >= given.leastBounces && refused >= given.leastBounces)
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  it('more refused alike never ends a burst, more delivered never begins one', () => {
    const property = fc.property(traffics, someRules, count, ({ window, history }, given, more) => {
      const judge = (changed: ReceiverTally): boolean =>
        judgeReceiver('x.example', { window: changed, history }, given).burst
      const [status, most] = [...window.refused].toSorted(([, one], [, other]) => other - one)[0]!
      return judge(window)
        ? judge({ ...window, refused: new Map([...window.refused, [status, most + more]]) })
        : !judge({ ...window, delivered: window.delivered + more })
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  it('the sentence holds no broken number', () => {
    const property = fc.property(traffics, someRules, (traffic, given) => {
      const judgement = judgeReceiver('example.net', traffic, given)
      return !judgement.burst || !/NaN|Infinity|undefined/.test(judgement.explanation)
    })
    expect(() => fc.assert(property)).not.toThrow()
  })

  it('bursts are among what is tried', () => {
    const found = fc.sample(fc.tuple(traffics, someRules), { numRuns: 2000, seed: 1 })
    expect(found.some(([traffic, given]) => judgeReceiver('example.net', traffic, given).burst)).toBe(true)
  })
})
