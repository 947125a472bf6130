import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Emitter } from '../../emitter.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import type { NewRefusedMessage } from '../../refused/refusedMessages.ts'
import { FakeTime, turns } from '../../testing/fakeTime.ts'
import { SqsDouble, withCalls } from '../../testing/sqsDouble.ts'
import type { Acceptance, Arrival } from '../accept.ts'
import type { IngestEvents } from '../events.ts'
import { QueueConsumer } from './consumer.ts'
import type { Queue } from './queue.ts'
import { defaultConsumerLimits } from './schedule.ts'

let sqs: SqsDouble
beforeAll(async () => {
  sqs = await SqsDouble.start()
})
afterAll(async () => sqs.stop())

type Heard = { readonly [Name in keyof IngestEvents]: readonly [Name, IngestEvents[Name]] }[keyof IngestEvents]

let number = 0
let arn: string
const ends: (() => Promise<void>)[] = []
beforeEach(() => {
  arn = sqs.createQueue(`queue-${++number}`)
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

interface Scene {
  readonly site?: string | null
  readonly replace?: (queue: Queue) => Partial<Queue>
  readonly closedFor?: () => ErrorCode | null
  readonly keep?: (message: NewRefusedMessage) => Promise<'kept' | 'full'>
}

/** A consumer on the real client, whose messages say by their own text what is to become of them. */
function consumer({ site = null, replace = () => ({}), closedFor = () => null, keep }: Scene = {}) {
  const time = new FakeTime(Date.now())
  const events = new Emitter<IngestEvents>()
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  for (const name of ['queueReadable', 'queueTrouble', 'queueWorked', 'queueRefused', 'fault'] as const)
    events.on(name, (payload) => {
      heard.push([name, payload] as Heard)
      for (const look of waiting) look()
    })
  const world = {
    arrivals: [] as Arrival[],
    /** What the disk makes of a message. */
    accept: async (text: string): Promise<Acceptance> => {
      const [, code] = /^refused (\w+)$/.exec(text) ?? []
      return code === undefined
        ? { outcome: 'stored' }
        : { outcome: 'refused', code: code as ErrorCode, reason: 'as the test has it' }
    },
    kept: [] as NewRefusedMessage[],
  }
  const one = new QueueConsumer(
    { arn, site },
    {
      open: withCalls(sqs.open, replace),
      acceptor: {
        accept: async (arrival) => {
          world.arrivals.push(arrival)
          return world.accept(Buffer.from(arrival.body).toString())
        },
      },
      refused: {
        keep:
          keep ??
          (async (message) => {
            world.kept.push(message)
            return 'kept'
          }),
      },
      closedFor,
      clock: time,
      timers: time,
      random: () => 1,
      events,
      limits: { ...defaultConsumerLimits, pollSeconds: 1 },
    },
  )
  ends.push(async () => {
    const stopped = one.stop(0)
    await time.advance(0)
    await stopped
  })
  one.start()
  /** Resolves when so many events of a name were heard. */
  const hears = async (name: keyof IngestEvents, times = 1): Promise<void> => {
    const count = (): number => heard.filter(([heardName]) => heardName === name).length
    if (count() >= times) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (count() >= times) resolve()
    }
    waiting.add(look)
    await promise
    waiting.delete(look)
  }
  const worked = (): IngestEvents['queueWorked'][] =>
    heard.flatMap(([name, payload]) => (name === 'queueWorked' ? [payload] : []))
  return { one, world, time, heard, hears, worked }
}

/** A disk that takes its time: it answers all when the test says so. @param messages after so many `asked` resolves */
function slowDisk(world: ReturnType<typeof consumer>['world'], messages = 1) {
  const { promise, resolve } = Promise.withResolvers<Acceptance>()
  const asked = Promise.withResolvers<void>()
  world.accept = async () => {
    if (world.arrivals.length === messages) asked.resolve()
    return promise
  }
  return { asked: asked.promise, answer: resolve }
}

/** Notes for how many seconds messages are hidden: what is left of them depends on when one looks. */
function noting(hides: number[]): (queue: Queue) => Partial<Queue> {
  return (queue) => ({
    hide: async (messages) => {
      await queue.hide(messages)
      hides.push(...messages.map(({ seconds }) => seconds))
    },
  })
}

const patient = { timeout: 20_000 }

/** Lets time pass for whatever pauses, until it is so. */
function eventually<Value>(time: FakeTime, look: () => Value) {
  return expect.poll(async () => {
    await time.advance(1000)
    return look()
  }, patient)
}

const empty = { visible: [], hidden: [] }

describe('a consumer', () => {
  it('deletes what is on disk, and takes it for the site that the queue is for', async () => {
    sqs.send(arn, 'one', 'two')
    const { hears, world, worked, one } = consumer({ site: 'main' })
    await hears('queueWorked')
    expect(world.arrivals.map(({ body, ...rest }) => ({ body: Buffer.from(body).toString(), ...rest }))).toEqual([
      { body: 'one', channel: 'sqs', headers: {}, addressed: 'main' },
      { body: 'two', channel: 'sqs', headers: {}, addressed: 'main' },
    ])
    expect(worked()).toEqual([{ queue: arn, received: 2, deleted: 2, refused: 0, left: 0 }])
    expect(sqs.content(arn)).toEqual(empty)
    expect(one.standing).toMatchObject({ arn, state: 'reading', received: 2, deleted: 2, error: null })
  })

  it('deletes nothing before the disk has it', async () => {
    sqs.send(arn, 'one')
    const { world, hears, worked } = consumer()
    const disk = slowDisk(world)
    await disk.asked
    await turns()
    expect(sqs.content(arn)).toEqual({ visible: [], hidden: ['one'] })
    expect(worked()).toEqual([])
    disk.answer({ outcome: 'stored' })
    await hears('queueWorked')
    expect(sqs.content(arn)).toEqual(empty)
  })

  it.each<Acceptance>([{ outcome: 'duplicate' }, { outcome: 'confirmation', state: 'pending' }])(
    'deletes what is on disk already, or waits there for a person: %j',
    async (acceptance) => {
      sqs.send(arn, 'one')
      const { world, hears } = consumer()
      world.accept = async () => acceptance
      await hears('queueWorked')
      expect(sqs.content(arn)).toEqual(empty)
    },
  )

  it('takes ten at a time, several batches beside each other, and no more', async () => {
    sqs.send(arn, ...Array.from({ length: 60 }, (_, index) => `message ${index}`))
    const { world, hears, worked } = consumer()
    const disk = slowDisk(world, 40)
    await disk.asked
    await turns()
    expect(world.arrivals).toHaveLength(40)
    disk.answer({ outcome: 'stored' })
    await hears('queueWorked', 6)
    expect(worked().map(({ received, deleted }) => [received, deleted])).toEqual(
      Array.from({ length: 6 }, () => [10, 10]),
    )
    expect(sqs.content(arn)).toEqual(empty)
  })

  it('keeps messages to itself for as long as the disk takes', async () => {
    sqs.send(arn, 'one')
    const hides: number[] = []
    const hidden = Promise.withResolvers<void>()
    const { world, time, hears } = consumer({
      replace: (queue) => ({
        hide: async (messages) => {
          await queue.hide(messages)
          hides.push(...messages.map(({ seconds }) => seconds))
          if (hides.length === 3) hidden.resolve()
        },
      }),
    })
    const disk = slowDisk(world)
    await disk.asked
    // Three times half of the two minutes for which a receipt hides.
    await time.advance(180_000)
    await hidden.promise
    expect(hides).toEqual([120, 120, 120])
    expect(Math.min(...sqs.hiddenFor(arn))).toBeGreaterThan(60)
    disk.answer({ outcome: 'stored' })
    await hears('queueWorked')
    await time.advance(600_000)
    expect(hides).toHaveLength(3)
    expect(sqs.content(arn)).toEqual(empty)
  })

  it('leaves what may be accepted later, hidden for longer each time', async () => {
    sqs.send(arn, 'refused STORAGE_UNAVAILABLE')
    const hides: number[] = []
    const { time, hears, worked } = consumer({ replace: noting(hides) })
    await hears('queueWorked')
    for (let receipt = 2; receipt <= 4; receipt++) {
      // A long poll may be under way: with its end the pause begins, and nothing but it waits.
      await expect.poll(() => time.timers, patient).toHaveLength(1)
      await sqs.showAll(arn)
      await time.advance(1000 * 2 ** (receipt - 1))
      await hears('queueWorked', receipt)
    }
    expect(hides).toEqual([10, 20, 40, 80])
    expect(worked().every(({ left, deleted, refused }) => left === 1 && deleted === 0 && refused === 0)).toBe(true)
  })

  it('tries with one batch, more and more seldom, while nothing can be stored, and all again afterwards', async () => {
    sqs.send(arn, 'refused STORAGE_UNAVAILABLE')
    const { time, hears, world } = consumer()
    await hears('queueWorked')
    // The pause has begun: nothing but it waits.
    await expect.poll(() => time.timers, patient).toEqual([time.now() + 1000])
    sqs.send(arn, ...Array.from({ length: 60 }, () => 'refused STORAGE_UNAVAILABLE'))
    await time.advance(999)
    await turns()
    expect(world.arrivals).toHaveLength(1)
    for (const [batches, pauseMs] of [
      [2, 2000],
      [3, 4000],
    ] as const) {
      await time.advance(pauseMs / 2)
      await hears('queueWorked', batches)
      await expect.poll(() => time.timers, patient).toHaveLength(1)
      expect(world.arrivals).toHaveLength(10 * batches - 9)
    }
    world.accept = async () => ({ outcome: 'stored' })
    await sqs.showAll(arn)
    await eventually(time, () => sqs.content(arn)).toEqual(empty)
  })

  it('takes nothing on while the gateway does not', async () => {
    let closed: ErrorCode | null = 'GATEWAY_DISK_LOW'
    sqs.send(arn, 'one')
    const { time, hears, one, world } = consumer({ closedFor: () => closed })
    await turns()
    expect(one.standing.state).toBe('closed')
    await time.advance(60_000)
    expect(world.arrivals).toEqual([])
    expect(sqs.content(arn).visible).toEqual(['one'])
    closed = null
    await time.advance(5000)
    await hears('queueWorked')
    expect(sqs.content(arn)).toEqual(empty)
  })
})

describe('what can never be accepted', () => {
  it('is left to the dead-letter queue where there is one', async () => {
    const { arn: main, deadLetters } = sqs.createPair(`pair-${++number}`, 2)
    arn = main
    sqs.send(arn, 'refused SNS_SIGNATURE_INVALID', 'good')
    const { hears, worked, world, one, heard } = consumer()
    await hears('queueWorked')
    expect(worked()).toEqual([{ queue: arn, received: 2, deleted: 1, refused: 1, left: 0 }])
    expect(one.standing.deadLetterQueue).toBe(deadLetters)
    expect(Math.min(...sqs.hiddenFor(arn))).toBeLessThan(31)
    await sqs.showAll(arn)
    await hears('queueWorked', 2)
    await sqs.showAll(arn)
    await expect.poll(() => sqs.content(deadLetters).visible, patient).toEqual(['refused SNS_SIGNATURE_INVALID'])
    expect(sqs.content(arn)).toEqual(empty)
    expect(world.kept).toEqual([])
    expect(heard.filter(([name]) => name === 'queueRefused')).toEqual([])
  })

  it('is kept here, and deleted after that, where there is none', async () => {
    sqs.send(arn, 'refused SNS_RAW_DELIVERY')
    const keeping = Promise.withResolvers<void>()
    const kept: NewRefusedMessage[] = []
    const { hears, heard, time } = consumer({
      site: 'main',
      keep: async (message) => {
        kept.push(message)
        await keeping.promise
        return 'kept'
      },
    })
    await expect.poll(() => kept.length, patient).toBe(1)
    expect(sqs.content(arn).hidden).toHaveLength(1)
    keeping.resolve()
    await hears('queueWorked')
    expect(kept).toMatchObject([
      { queue: arn, addressed: 'main', code: 'SNS_RAW_DELIVERY', refusedAt: time.now(), messageId: expect.any(String) },
    ])
    expect(Buffer.from(kept[0]?.body ?? []).toString()).toBe('refused SNS_RAW_DELIVERY')
    expect(heard).toContainEqual(['queueRefused', { queue: arn, code: 'SNS_RAW_DELIVERY', outcome: 'kept' }])
    expect(sqs.content(arn)).toEqual(empty)
  })

  it('stays in the queue for an hour at a time where no more are kept', async () => {
    sqs.send(arn, 'refused SNS_TOPIC_NOT_ALLOWED')
    const hides: number[] = []
    const { hears, worked, heard } = consumer({ keep: async () => 'full', replace: noting(hides) })
    await hears('queueWorked')
    expect(worked()).toMatchObject([{ deleted: 0, refused: 1 }])
    expect(heard).toContainEqual(['queueRefused', { queue: arn, code: 'SNS_TOPIC_NOT_ALLOWED', outcome: 'full' }])
    expect(hides).toEqual([3600])
    expect(Math.min(...sqs.hiddenFor(arn))).toBeGreaterThan(3000)
  })

  it('is left like the rest where it cannot be kept because the database is down', async () => {
    sqs.send(arn, 'refused SNS_TOPIC_NOT_ALLOWED')
    const { hears, worked } = consumer({
      keep: async () => {
        throw new Error('the disk is full')
      },
    })
    await hears('queueWorked')
    expect(worked()).toMatchObject([{ deleted: 0, refused: 0, left: 1 }])
    expect(sqs.content(arn).hidden).toHaveLength(1)
  })
})

describe('trouble with SQS', () => {
  it('is told with its reason, tried again later each time, and told when it is over', async () => {
    const queue = arn
    sqs.deleteQueue(queue)
    const { time, hears, heard, one } = consumer()
    await hears('queueTrouble')
    expect(one.standing).toMatchObject({ state: 'failing', error: expect.stringMatching(/QueueDoesNotExist/) })
    // 1 s, then 2 s: with the first pause over only one more attempt was made.
    await time.advance(1000)
    await hears('queueTrouble', 2)
    await time.advance(1999)
    await turns()
    expect(heard).toHaveLength(2)
    sqs.createQueue(queue.split(':').at(-1) ?? '')
    sqs.send(queue, 'one')
    await time.advance(1)
    await hears('queueWorked')
    expect(heard.map(([name]) => name)).toEqual(['queueTrouble', 'queueTrouble', 'queueReadable', 'queueWorked'])
    expect(one.standing).toMatchObject({ state: 'reading', error: null })
  })

  it('in deleting is tried again at once: only what failed, and no message is lost or given up', async () => {
    sqs.send(arn, 'one', 'two', 'three')
    const deletes: number[] = []
    const { time, hears, worked } = consumer({
      replace: (queue) => ({
        // SQS reports those that failed by themselves; the first time it is the last one.
        delete: async (receipts) => {
          deletes.push(receipts.length)
          if (deletes.length > 1) return queue.delete(receipts)
          await queue.delete(receipts.slice(0, -1))
          return receipts.slice(-1)
        },
      }),
    })
    await expect.poll(() => sqs.content(arn).hidden, patient).toEqual(['three'])
    // The answer to that is on its way: with it the pause begins.
    await expect.poll(() => time.timers, patient).toContain(time.now() + 1000)
    await time.advance(1000)
    await hears('queueWorked')
    expect(deletes).toEqual([3, 1])
    expect(worked()).toEqual([{ queue: arn, received: 3, deleted: 3, refused: 0, left: 0 }])
    expect(sqs.content(arn)).toEqual(empty)
  })

  it('in deleting that lasts is told, and stays told until something could be deleted', async () => {
    sqs.send(arn, 'one')
    let denied = true
    const { time, worked, one, heard } = consumer({
      replace: (queue) => ({
        delete: async (receipts) => {
          if (denied)
            throw Object.assign(new Error('not authorized to perform: sqs:deletemessage'), { name: 'AccessDenied' })
          return queue.delete(receipts)
        },
      }),
    })
    await eventually(time, worked).toEqual([{ queue: arn, received: 1, deleted: 0, refused: 0, left: 0 }])
    const told = { state: 'failing', error: expect.stringMatching(/1 messages could not be deleted: AccessDenied: /) }
    expect(one.standing).toMatchObject(told)
    // An empty answer proves nothing: the message is hidden.
    for (let poll = 0; poll < 3; poll++) {
      await time.advance(4000)
      expect(one.standing).toMatchObject(told)
    }
    expect(heard.filter(([name]) => name === 'queueReadable')).toHaveLength(1)

    denied = false
    await sqs.showAll(arn)
    await eventually(time, () => one.standing.state).toBe('reading')
    expect(sqs.content(arn)).toEqual(empty)
    expect(heard.filter(([name]) => name === 'queueReadable')).toHaveLength(2)
    expect(one.standing).toMatchObject({ state: 'reading', error: null })
  })
})

describe('stop', () => {
  it('ends what is in work, and receives nothing more', async () => {
    sqs.send(arn, 'one')
    const { world, one } = consumer()
    const disk = slowDisk(world)
    await disk.asked
    let stopped = false
    const stop = one.stop(20_000).then(() => (stopped = true))
    await turns()
    expect(stopped).toBe(false)
    sqs.send(arn, 'two')
    disk.answer({ outcome: 'stored' })
    await stop
    expect(sqs.content(arn)).toEqual({ visible: ['two'], hidden: [] })
    expect(world.arrivals).toHaveLength(1)
  })

  it('leaves in the queue what does not end in time', async () => {
    sqs.send(arn, 'one')
    const { world, one, time } = consumer()
    const disk = slowDisk(world)
    await disk.asked
    const stop = one.stop(5000)
    await time.advance(5000)
    await stop
    expect(sqs.content(arn).hidden).toEqual(['one'])
    disk.answer({ outcome: 'refused', code: 'STORAGE_UNAVAILABLE', reason: 'closed' })
  })

  it('breaks off waiting for messages', async () => {
    const { one, hears } = consumer()
    await hears('queueReadable')
    await one.stop(0)
    sqs.send(arn, 'one')
    await turns()
    expect(sqs.content(arn)).toEqual({ visible: ['one'], hidden: [] })
  })
})
