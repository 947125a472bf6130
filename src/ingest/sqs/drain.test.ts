import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { FakeTime } from '../../testing/fakeTime.ts'
import { SqsDouble, withCalls } from '../../testing/sqsDouble.ts'
import type { Acceptance, Arrival } from '../accept.ts'
import { type Drained, type DrainParts, type DrainRequest, drain } from './drain.ts'

let sqs: SqsDouble
beforeAll(async () => {
  sqs = await SqsDouble.start()
})
afterAll(async () => sqs.stop())

let number = 0
let arn: string
let arrivals: Arrival[]
let looked: Arrival[]
beforeEach(() => {
  arn = sqs.createQueue(`drained-${++number}`)
  arrivals = []
  looked = []
})

/** What a message's text asks for. */
function acceptance(text: string): Acceptance {
  const [word = '', code] = text.split(' ')
  if (word === 'refused') return { outcome: 'refused', code: code as ErrorCode, reason: 'as the test has it' }
  if (word === 'confirmation') return { outcome: 'confirmation', state: 'due' }
  return { outcome: word === 'duplicate' ? 'duplicate' : 'stored' }
}

function noting(list: Arrival[]): DrainParts['acceptor'] {
  return {
    accept: async (arrival) => {
      list.push(arrival)
      return acceptance(Buffer.from(arrival.body).toString())
    },
  }
}

async function drained(more: Partial<DrainRequest> = {}, parts: Partial<DrainParts> = {}): Promise<Drained> {
  return drain(
    {
      open: sqs.open,
      acceptor: noting(arrivals),
      looker: noting(looked),
      timers: new FakeTime(),
      random: () => 1,
      waitSeconds: 0,
      ...parts,
    },
    { arn, site: null, limit: null, dryRun: false, ...more },
    { signal: new AbortController().signal, onProgress: () => undefined },
  )
}

const texts = (): readonly string[] => arrivals.map(({ body }) => Buffer.from(body).toString()).toSorted()

describe('draining a queue', () => {
  it('takes all that is in it, for its site, and deletes what is on disk', async () => {
    const messages = Array.from({ length: 25 }, (_, index) => `stored ${index}`)
    sqs.send(arn, ...messages, 'duplicate', 'confirmation')
    expect(await drained({ site: 'main' })).toEqual({
      received: 27,
      stored: 25,
      duplicates: 1,
      confirmations: 1,
      refused: [],
      undeleted: 0,
      ended: 'empty',
    })
    expect(texts()).toEqual([...messages, 'duplicate', 'confirmation'].toSorted())
    expect(arrivals[0]).toMatchObject({ channel: 'sqs', addressed: 'main' })
    expect(sqs.content(arn)).toEqual({ visible: [], hidden: [] })
  })

  it('ends at once where there is nothing', async () => {
    expect(await drained()).toMatchObject({ received: 0, ended: 'empty' })
  })

  it('leaves what is refused in the queue, each once and with its reason, and shows it again', async () => {
    const bad = Array.from({ length: 12 }, () => 'refused SNS_SIGNATURE_INVALID')
    sqs.send(arn, ...bad, 'stored', 'refused SNS_RAW_DELIVERY')
    expect(await drained()).toMatchObject({
      received: 14,
      stored: 1,
      refused: [
        { code: 'SNS_SIGNATURE_INVALID', reason: 'as the test has it', count: 12 },
        { code: 'SNS_RAW_DELIVERY', reason: 'as the test has it', count: 1 },
      ],
      ended: 'empty',
    })
    const { visible, hidden } = sqs.content(arn)
    expect([...visible].toSorted()).toEqual([...bad, 'refused SNS_RAW_DELIVERY'].toSorted())
    expect(hidden).toEqual([])
  })

  it('ends where the next messages would fare no better', async () => {
    sqs.send(arn, ...Array.from({ length: 30 }, () => 'refused STORAGE_UNAVAILABLE'))
    expect(await drained()).toMatchObject({
      received: 10,
      refused: [{ code: 'STORAGE_UNAVAILABLE', count: 10 }],
      ended: 'held up',
    })
    expect(sqs.content(arn).visible).toHaveLength(30)
  })

  it('ends where nothing can be deleted, and says how much is only stored', async () => {
    sqs.send(arn, ...Array.from({ length: 15 }, (_, index) => `stored ${index}`))
    const time = new FakeTime()
    const deny = withCalls(sqs.open, () => ({
      delete: async (receipts) => {
        // The pause before the next attempt begins after this.
        setImmediate(() => void time.advance(10_000))
        return receipts
      },
    }))
    expect(await drained({}, { open: deny, timers: time })).toMatchObject({
      stored: 10,
      undeleted: 10,
      ended: 'held up',
    })
    const { visible, hidden } = sqs.content(arn)
    expect(visible.length + hidden.length).toBe(15)
  })

  it('receives no more than is wanted', async () => {
    sqs.send(arn, ...Array.from({ length: 30 }, (_, index) => `stored ${index}`))
    expect(await drained({ limit: 13 })).toMatchObject({ received: 13, stored: 13, ended: 'limit' })
    expect(sqs.content(arn)).toMatchObject({ visible: { length: 17 }, hidden: [] })
  })

  it('tells how far it is, and ends after the messages at hand when nobody waits', async () => {
    sqs.send(arn, ...Array.from({ length: 230 }, (_, index) => `stored ${index}`))
    const gone = new AbortController()
    const told: number[] = []
    const { open, acceptor, looker } = { open: sqs.open, acceptor: noting(arrivals), looker: noting(looked) }
    const result = await drain(
      { open, acceptor, looker, timers: new FakeTime(), random: () => 1, waitSeconds: 0 },
      { arn, site: null, limit: null, dryRun: false },
      {
        signal: gone.signal,
        onProgress: ({ received }) => {
          told.push(received)
          if (received === 200) gone.abort()
        },
      },
    )
    expect(told).toEqual([100, 200])
    expect(result).toMatchObject({ received: 200, stored: 200, ended: 'stopped' })
    expect(sqs.content(arn).visible).toHaveLength(30)
  })

  it.each(['ses', 'arn:aws:sqs:eu-west-1:000000000000:ses.fifo'])(
    'refuses what is no ARN of a queue: %s',
    async (text) => {
      await expect(drained({ arn: text })).rejects.toMatchObject({ code: 'QUEUE_INVALID' })
    },
  )

  it('says why a queue cannot be read', async () => {
    sqs.deleteQueue(arn)
    await expect(drained()).rejects.toMatchObject({
      code: 'QUEUE_UNREADABLE',
      message: expect.stringContaining('QueueDoesNotExist'),
    })
  })
})

describe('a dry run', () => {
  it('looks at all of it, keeps and deletes nothing, and shows it again', async () => {
    const messages = [...Array.from({ length: 23 }, (_, index) => `stored ${index}`), 'refused SNS_RAW_DELIVERY']
    sqs.send(arn, ...messages)
    expect(await drained({ dryRun: true })).toMatchObject({
      received: 24,
      stored: 23,
      refused: [{ code: 'SNS_RAW_DELIVERY', count: 1 }],
      ended: 'empty',
    })
    expect(arrivals).toEqual([])
    expect(looked).toHaveLength(24)
    const { visible, hidden } = sqs.content(arn)
    expect([[...visible].toSorted(), hidden]).toEqual([messages.toSorted(), []])
  })

  it('ends before its time where it could not judge', async () => {
    sqs.send(arn, ...Array.from({ length: 20 }, () => 'refused SNS_CERTIFICATE_UNAVAILABLE'))
    expect(await drained({ dryRun: true })).toMatchObject({ received: 10, ended: 'held up' })
    expect(sqs.content(arn).visible).toHaveLength(20)
  })
})
