import { beforeEach, describe, expect, it } from 'vitest'
import { interpret } from '../ses/interpret.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedAccount, simulatedSns } from '../testing/simulatedSns.ts'
import { selectCases } from './cases.ts'
import { defaultRetryPolicy } from './deliveryPolicy.ts'
import { planMessages } from './plan.ts'
import { seededRandom } from './random.ts'
import { inventedRecipients } from './recipients.ts'
import { type Progress, type SimulateOptions, simulate } from './simulate.ts'
import { type SnsRequest, SnsTopic } from './topic.ts'
import type { Answer } from './transport.ts'

const start = Date.UTC(2026, 5, 2)
const sns = simulatedSns(new FakeTime(start))

function optionsWith(time: FakeTime, changes: Partial<SimulateOptions> = {}): SimulateOptions {
  const topicOptions = { identity: sns.identity, clock: time, random: seededRandom(1) }
  return {
    topic: new SnsTopic({ arn: sns.topic.arn, ...topicOptions }),
    stranger: {
      identity: sns.stranger.identity,
      topic: new SnsTopic({ arn: sns.stranger.topic.arn, ...topicOptions, random: seededRandom(2) }),
    },
    account: simulatedAccount,
    verp: { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' },
    from: 'news@crm.example.org',
    recipients: inventedRecipients('user{n}@example.org', 5, seededRandom(1)),
    cases: selectCases(['all']).cases,
    count: 20,
    dialect: 'mixed',
    duplicates: 0,
    otherDialect: 0,
    forged: 0,
    reorder: 0,
    seed: 1,
    clock: time,
    rate: 10,
    retryPolicy: defaultRetryPolicy,
    ...changes,
  }
}

function bodies(options: SimulateOptions): readonly string[] {
  return planMessages(options).map((message) => message.request().body)
}

describe('planMessages', () => {
  const time = new FakeTime(start)

  it('gives the same bytes for the same seed, and others for another', () => {
    const disturbed = { duplicates: 0.3, otherDialect: 0.5, forged: 0.3, reorder: 'all' } as const
    const once = bodies(optionsWith(time, disturbed))
    expect(bodies(optionsWith(time, disturbed))).toEqual(once)
    expect(bodies(optionsWith(time, { ...disturbed, seed: 2 }))).not.toEqual(once)
  })

  it('repeats a message with the same MessageId, and tells it in the other dialect with a new one', () => {
    const { cases } = selectCases(['bounce/Permanent', 'complaint/abuse'])
    const twice = bodies(optionsWith(time, { cases, duplicates: 1 }))
    expect(twice).toHaveLength(40)
    expect(new Set(twice).size).toBe(20)
    const plan = planMessages(optionsWith(time, { cases, otherDialect: 1 })).map((one) => one.request().message)
    expect(new Set(plan.map(({ MessageId }) => MessageId)).size).toBe(40)
    const readings = plan.map(({ Message }) => interpret(Message, null))
    const events = readings.flatMap((reading) => (reading.form === 'events' ? reading.events : []))
    const mails = Map.groupBy(events, ({ sesMessageId }) => sesMessageId)
    expect(mails.size).toBe(20)
    for (const told of mails.values()) expect(new Set(told.map(({ dialect }) => dialect)).size).toBe(2)
    const same = [...mails.values()].filter(([one, other]) => one?.feedbackId === other?.feedbackId)
    expect(same.length).toBeGreaterThan(0)
    expect(same.length).toBeLessThan(20)
  })

  it('keeps to one dialect where asked, as far as the kind exists in it', () => {
    const plan = bodies(optionsWith(time, { cases: selectCases(['bounce']).cases, dialect: 'identity' }))
    expect(plan.every((body) => body.includes('notificationType'))).toBe(true)
    const opens = bodies(optionsWith(time, { cases: selectCases(['open']).cases, dialect: 'identity' }))
    expect(opens.every((body) => body.includes('eventType'))).toBe(true)
  })

  it('adds forgeries and says which they are', () => {
    const plan = planMessages(optionsWith(time, { forged: 1 }))
    expect(plan.filter(({ forgery }) => forgery !== null)).toHaveLength(20)
    expect(plan.filter(({ forgery }) => forgery === null)).toHaveLength(20)
  })

  it('makes some of them old, each as if it had been told then, and leaves the others as they were', () => {
    const cases = selectCases(['bounce/Permanent']).cases
    const plan = planMessages(optionsWith(time, { cases, stale: 0.5 })).map((one) => one.request().message)
    const old = plan.filter(({ Timestamp }) => Timestamp === new Date(start - 70 * 86_400_000).toISOString())
    expect(old.length).toBeGreaterThan(4)
    expect(old.length).toBeLessThan(16)
    for (const { Message, Timestamp } of plan)
      expect(interpret(Message, null)).toMatchObject({ events: [{ occurredAt: Date.parse(Timestamp) }] })
    const others = planMessages(optionsWith(time, { cases })).map((one) => one.request().message)
    expect(plan.flatMap(({ Message }, index) => (Message === others[index]?.Message ? [] : [index]))).toHaveLength(
      old.length,
    )
  })

  it('refers to no mailing where a recipient has no queue row', () => {
    const recipients = [{ address: 'ada@example.org', row: null }]
    const plan = bodies(optionsWith(time, { recipients, cases: selectCases(['bounce/Permanent']).cases }))
    expect(plan.some((body) => body.includes('X-CiviMail-Bounce'))).toBe(false)
  })
})

describe('simulate', () => {
  let time: FakeTime
  let posted: { readonly request: SnsRequest; readonly at: number }[]
  let progress: Progress[]
  let stop: AbortController

  beforeEach(() => {
    time = new FakeTime(start)
    posted = []
    progress = []
    stop = new AbortController()
  })

  async function run(changes: Partial<SimulateOptions>, answer: (request: SnsRequest) => Answer) {
    const post = async (request: SnsRequest): Promise<Answer> => {
      posted.push({ request, at: time.now() - start })
      return answer(request)
    }
    const running = simulate(optionsWith(time, changes), {
      post,
      timers: time,
      monotonic: () => time.now(),
      onProgress: (one) => progress.push(one),
      signal: stop.signal,
    })
    return running
  }

  it('signs everything first, sends at the rate, and sums up', async () => {
    const running = run({}, () => ({ status: 200, ms: 4 }))
    await time.advance(3000)
    expect(await running).toEqual({
      messages: 20,
      planned: 20,
      brokenOff: false,
      forged: 0,
      attempts: 20,
      delivered: 20,
      refused: 0,
      exhausted: 0,
      answers: { '200': 20 },
      wrong: 0,
      seconds: 1.9,
      latency: { p50: 4, p99: 4, max: 4 },
      late: { p50: 0, p99: 0, max: 0 },
    })
    expect(posted.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => index * 100))
    expect(progress[0]).toEqual({ stage: 'signing', done: 20, of: 20 })
    expect(progress.at(-1)).toMatchObject({ stage: 'sending', sent: 20, of: 20, delivered: 20 })
  })

  it('repeats what was not taken, and counts every answer', async () => {
    const tries = new Map<string, number>()
    const running = run({ count: 3 }, ({ message }) => {
      const number = (tries.get(message.MessageId) ?? 0) + 1
      tries.set(message.MessageId, number)
      if (number === 1) return { status: 503, ms: 1 }
      return number === 2 ? { status: null, error: 'timeout', ms: 15_000 } : { status: 200, ms: 2 }
    })
    await time.advance(60_000)
    expect(await running).toMatchObject({
      messages: 3,
      attempts: 9,
      delivered: 3,
      answers: { '200': 3, '503': 3, timeout: 3 },
      latency: { max: 2 },
    })
  })

  it('says what went wrong: the genuine refused, a forgery taken, nothing left to try', async () => {
    const refusing = run({ count: 5, forged: 1 }, () => ({ status: 403, ms: 1 }))
    await time.advance(2000)
    expect(await refusing).toMatchObject({ messages: 10, forged: 5, refused: 10, wrong: 5, latency: null })
    const believing = run({ count: 5, forged: 1 }, () => ({ status: 200, ms: 1 }))
    await time.advance(2000)
    expect(await believing).toMatchObject({ delivered: 10, wrong: 5 })
    const down = run({ count: 2 }, () => ({ status: null, error: 'ECONNREFUSED', ms: 0 }))
    await time.advance(100_000)
    expect(await down).toMatchObject({ exhausted: 2, wrong: 0, answers: { ECONNREFUSED: 8 } })
  })

  it('tells at once why a genuine message was not taken, each reason once', async () => {
    const running = run({ count: 5, forged: 1 }, ({ message }) =>
      message.TopicArn === sns.topic.arn ? { status: 503, words: 'NOT_YET: wait', ms: 1 } : { status: 403, ms: 1 },
    )
    await time.advance(1000)
    expect(progress.filter(({ stage }) => stage === 'answered')).toEqual([
      { stage: 'answered', answer: '503', words: 'NOT_YET: wait' },
    ])
    await time.advance(100_000)
    await running
  })

  it('stops when told to, and tells of what was sent', async () => {
    const running = run({ count: 100 }, () => ({ status: 503, ms: 1 }))
    await time.advance(1000)
    stop.abort()
    const { messages, exhausted, planned, brokenOff } = await running
    expect({ planned, brokenOff }).toEqual({ planned: 100, brokenOff: true })
    expect(messages).toBeGreaterThan(5)
    expect(messages).toBeLessThan(15)
    expect(exhausted).toBe(messages)
    expect(time.timers).toEqual([])
  })
})
