import { describe, expect, it } from 'vitest'
import { correlate } from '../civimail/correlate.ts'
import { assumedFacts } from '../civimail/crmFacts.ts'
import { decide } from '../civimail/decide.ts'
import { defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { standard } from '../civimail/policy/presets/standard.ts'
import { interpret } from '../ses/interpret.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedAccount, simulatedSns } from '../testing/simulatedSns.ts'
import type { QueueRow } from './mailing.ts'
import { base36Digits, seededRandom } from './random.ts'
import { type ScenarioMessage, type ScenarioOptions, scenarioMessages } from './scenario.ts'
import { type ScenarioPerson, scenarioPeople } from './scenarioPeople.ts'
import { tenPairs } from './ses/bounceCases.ts'

const time = new FakeTime()
const sns = simulatedSns(time)
const verp = { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' }

function optionsOf(people: readonly ScenarioPerson[] = scenarioPeople): ScenarioOptions {
  const random = seededRandom('scenario')
  const rows = new Map<string, QueueRow>(
    people
      .filter(({ inMailing }) => inMailing)
      .map(({ email }, index) => [email, { jobId: 1, queueId: index + 1, hash: base36Digits(random, 16) }]),
  )
  return {
    people,
    rows,
    verp,
    from: '"Example Org" <news@crm.example.org>',
    subject: 'Newsletter',
    account: simulatedAccount,
    topic: sns.topic,
    stranger: sns.stranger,
    random,
    now: time.now(),
  }
}

const messages = scenarioMessages(optionsOf())

/** What the gateway's pure part makes of a message, by the preset `standard`. */
function decisions({ request }: ScenarioMessage) {
  const rules = {
    verp: { ...verp, domains: [verp.domain] },
    senderDomains: [verp.domain],
    policy: standard,
    bounceTypes: defaultBounceTypes,
  }
  const reading = interpret(request.message.Message, null)
  expect.assert(reading.form === 'events')
  return reading.events.map((event) => {
    const { effects } = decide(event, correlate(event, rules), assumedFacts, rules)
    return { recipient: event.recipient, effects }
  })
}

describe('the scenario', () => {
  it('has all that it promises', () => {
    const cases = scenarioPeople.map(({ report }) => report?.sesCase)
    for (const { bounceType, bounceSubType } of tenPairs)
      expect(cases).toContain(`bounce/${bounceType}/${bounceSubType}`)
    expect(cases).toEqual(expect.arrayContaining(['complaint/abuse', 'complaint/not-spam', 'bounce/cc']))
    expect(new Set(scenarioPeople.map(({ report }) => report?.twist))).toEqual(
      new Set([undefined, 'otherDialectToo', 'forged', 'strangersTopic']),
    )
    expect(new Set(scenarioPeople.map(({ email }) => email)).size).toBe(scenarioPeople.length)
    expect(new Set(messages.map(({ dialect }) => dialect))).toEqual(new Set(['identity', 'eventPublishing']))
  })

  it.each(messages.filter(({ lie, person }) => lie === null && person.report?.cc === undefined))(
    'expects of $person.name what the standard policy decides ($dialect)',
    (message) => {
      const { email, expected } = message.person
      const [decision, ...more] = decisions(message)
      expect(more).toEqual([])
      const effects = decision?.effects ?? []
      expect(decision?.recipient).toBe(email)
      expect(effects.flatMap((one) => (one.effect === 'bounce' ? [one.bounceType] : []))).toEqual(expected.bounces)
      expect(effects.some(({ effect }) => effect === 'optOut')).toBe(expected.optedOut)
      expect(expected.bounces.some((type) => defaultBounceTypes[type].threshold === 1)).toBe(expected.onHold)
    },
  )

  it('charges the copy, and not the one whose mail it was', () => {
    const message = messages.find(({ person }) => person.report?.cc !== undefined)
    expect.assert(message !== undefined)
    const [decision] = decisions(message)
    const copy = scenarioPeople.find(({ email }) => email === message.person.report?.cc)
    expect(decision?.recipient).toBe(copy?.email)
    expect(decision?.effects).toMatchObject([{ effect: 'hold', bounceType: 'Invalid' }])
    expect(copy).toMatchObject({ inMailing: false, expected: { bounces: [], onHold: true, optedOut: false } })
  })

  it('tells one bounce twice, in both dialects and with two MessageIds', () => {
    const told = messages.filter(({ person }) => person.report?.twist === 'otherDialectToo')
    expect(told.map(({ dialect }) => dialect).toSorted()).toEqual(['eventPublishing', 'identity'])
    expect(new Set(told.map(({ request }) => request.message.MessageId)).size).toBe(2)
    const ids = told.map(({ request }) => /"messageId":"(0102[^"]*)"/.exec(request.body.replaceAll('\\', ''))?.[1])
    expect(ids[0]).toBe(ids[1])
  })

  it('lies twice, and says so', () => {
    expect(messages.filter(({ lie }) => lie !== null).map(({ status }) => status)).toEqual([403, 403])
    expect(messages.filter(({ lie }) => lie === null).every(({ status }) => status === 200)).toBe(true)
  })

  it('refuses to begin where somebody has no copy of the mailing', () => {
    expect(() => scenarioMessages({ ...optionsOf(), rows: new Map() })).toThrow(RangeError)
  })
})
