import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Emitter } from '../../emitter.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { FakeTime, turns } from '../../testing/fakeTime.ts'
import { MemorySettings, testSite } from '../../testing/memorySettings.ts'
import type { Acceptance, Arrival } from '../accept.ts'
import type { IngestEvents } from '../events.ts'
import { QueueConsumers } from './consumers.ts'
import type { Queue, QueueMessage } from './queue.ts'

const one = 'arn:aws:sqs:eu-west-1:111122223333:one'
const two = 'arn:aws:sqs:eu-west-1:111122223333:two'

let settings: MemorySettings
let time: FakeTime
let opened: string[]
let arrivals: Arrival[]
let trouble: string[]
let faults: string[]
let accept: () => Promise<Acceptance>
let consumers: QueueConsumers
/** What is in each queue, and who waits for more. */
let queues: Map<string, QueueMessage[]>

/** A queue that gives out what is in it, and waits where there is nothing. */
function queueOf(arn: string): Queue {
  return {
    facts: async () => ({ waiting: 3, deadLetterQueue: null }),
    receive: async ({ waitSeconds, signal }) => {
      const messages = queues.get(arn)?.splice(0, 10) ?? []
      if (messages.length > 0 || waitSeconds === 0) return messages
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('broken off')), { once: true })
      })
    },
    delete: async () => [],
    hide: async () => undefined,
    close: () => undefined,
  }
}

beforeEach(() => {
  settings = new MemorySettings(testSite('main'))
  time = new FakeTime()
  opened = []
  arrivals = []
  trouble = []
  faults = []
  accept = async () => ({ outcome: 'stored' })
  queues = new Map()
  const events = new Emitter<IngestEvents>()
  events.on('queueTrouble', ({ queue, reason }) => trouble.push(`${queue}: ${reason}`))
  events.on('fault', ({ where }) => faults.push(where))
  consumers = new QueueConsumers({
    settings,
    open: async ({ text }) => {
      opened.push(text)
      return queueOf(text)
    },
    acceptor: {
      accept: async (arrival) => {
        arrivals.push(arrival)
        return accept()
      },
    },
    refused: { keep: async () => 'kept' },
    closedFor: () => null,
    clock: time,
    timers: time,
    random: () => 1,
    events,
  })
})
afterEach(async () => consumers.stop(0))

const standings = (): unknown => consumers.standings().map(({ arn, site, state }) => ({ arn, site, state }))

describe('queues that are read', () => {
  it('are those of the settings, from the start on and with each change', async () => {
    await settings.saveQueue({ arn: one, site: null })
    consumers.start()
    await turns()
    expect(opened).toEqual([one])
    await settings.saveQueue({ arn: two, site: 'main' })
    await turns()
    expect(opened).toEqual([one, two])
    expect(standings()).toEqual([
      { arn: one, site: null, state: 'reading' },
      { arn: two, site: 'main', state: 'reading' },
    ])
    await settings.removeQueue(one)
    await turns()
    expect(standings()).toEqual([{ arn: two, site: 'main', state: 'reading' }])
  })

  it('are left alone by changes that are none of theirs', async () => {
    await settings.saveQueue({ arn: one, site: 'main' })
    consumers.start()
    await turns()
    await settings.saveSite(testSite('other'))
    await settings.saveQueue({ arn: one, site: 'main' })
    await turns()
    expect(opened).toEqual([one])
  })

  it('are read for another site as soon as they are given to it', async () => {
    await settings.saveQueue({ arn: one, site: null })
    consumers.start()
    await turns()
    queues.set(one, [{ id: '1', receipt: '1', body: 'for main', receipts: 1, sentAt: null }])
    await settings.saveQueue({ arn: one, site: 'main' })
    await turns()
    await turns()
    expect(opened).toEqual([one, one])
    expect(arrivals).toMatchObject([{ addressed: 'main' }])
  })

  it('are not read while their site is not there, since all would be refused, and that is told', async () => {
    await settings.saveQueue({ arn: one, site: 'other' })
    consumers.start()
    await turns()
    expect(opened).toEqual([])
    expect(standings()).toEqual([{ arn: one, site: 'other', state: 'failing' }])
    expect(trouble).toEqual([expect.stringContaining('its site "other" is not there')])
    await settings.saveSite(testSite('other'))
    await turns()
    expect(standings()).toEqual([{ arn: one, site: 'other', state: 'reading' }])
    await settings.removeSite('other')
    await turns()
    await turns()
    expect(standings()).toEqual([{ arn: one, site: 'other', state: 'failing' }])
  })

  it('keep a stop no longer than it may take, also where one was taken off just before', async () => {
    await settings.saveQueue({ arn: one, site: null })
    queues.set(one, [{ id: '1', receipt: '1', body: 'for main', receipts: 1, sentAt: null }])
    accept = async () => new Promise(() => undefined)
    consumers.start()
    await turns()
    await settings.removeQueue(one)
    await turns()
    let isOver = false
    const stopped = consumers.stop(5000).then(() => (isOver = true))
    await time.advance(4999)
    expect(isOver).toBe(false)
    await time.advance(1)
    expect(isOver).toBe(true)
    await stopped
  })

  it('go on where the sites cannot be read when one has ended, and it is told', async () => {
    await settings.saveQueue({ arn: one, site: null })
    await settings.saveQueue({ arn: two, site: 'main' })
    queues.set(one, [{ id: '1', receipt: '1', body: 'for main', receipts: 1, sentAt: null }])
    const accepted = Promise.withResolvers<Acceptance>()
    accept = async () => accepted.promise
    consumers.start()
    await turns()
    await settings.removeQueue(one)
    settings.site = () => {
      throw new GatewayError('SITE_INVALID', 'a newer version wrote it')
    }
    accepted.resolve({ outcome: 'stored' })
    await turns()
    expect(faults).toEqual(['reading which queues there are'])
    expect(standings()).toEqual([{ arn: two, site: 'main', state: 'reading' }])
  })

  it('are no longer read after stop, whatever is changed', async () => {
    await settings.saveQueue({ arn: one, site: null })
    consumers.start()
    await turns()
    await consumers.stop(0)
    await settings.saveQueue({ arn: two, site: null })
    await turns()
    expect(opened).toEqual([one])
    expect(consumers.standings()).toEqual([])
    expect(settings.listeners).toBe(0)
  })
})
