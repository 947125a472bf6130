import { describe, expect, it } from 'vitest'
import { FakeTime } from '../testing/fakeTime.ts'
import type { Alarm } from './alarm.ts'
import { Alarms, type AlarmsParts } from './alarms.ts'
import type { Channel } from './channels/channel.ts'
import type { AlarmMessage } from './message.ts'
import type { AlarmStore } from './store.ts'

const minute = 60_000
const day = 24 * 60 * minute

class MemoryStore implements AlarmStore {
  readonly rows = new Map<string, Alarm>()
  readonly saves: (readonly Alarm[])[] = []
  fault: Error | null = null

  async all(): Promise<readonly Alarm[]> {
    if (this.fault !== null) throw this.fault
    return [...this.rows.values()]
  }

  async save(alarms: readonly Alarm[]): Promise<void> {
    if (this.fault !== null) throw this.fault
    this.saves.push(alarms)
    for (const alarm of alarms) this.rows.set(`${alarm.kind} ${alarm.subject}`, structuredClone(alarm))
  }
}

interface Bench {
  readonly alarms: Alarms
  readonly time: FakeTime
  readonly store: MemoryStore
  readonly sent: AlarmMessage[]
  readonly attempts: (string | null)[]
}

async function start(
  send: (message: AlarmMessage) => Promise<void> = async () => undefined,
  more: Partial<AlarmsParts> = {},
  { time = new FakeTime(), store = new MemoryStore() } = {},
): Promise<Bench> {
  const sent: AlarmMessage[] = []
  const attempts: (string | null)[] = []
  const channel: Channel = {
    name: 'chat',
    send: async (message) => {
      await send(message)
      sent.push(message)
    },
  }
  const alarms = new Alarms({
    store,
    channels: [channel],
    clock: time,
    timers: time,
    random: () => 0.5,
    from: 'host',
    onAttempt: (_, error) => attempts.push(error),
    ...more,
  })
  await alarms.refresh()
  return { alarms, time, store, sent, attempts }
}

const dead = { kind: 'deadLetter', subject: 'main', detail: 'RECORD_REFUSED' } as const

describe('alarms', () => {
  it('of a moment come in one message, those of the next minutes in the next one', async () => {
    const { alarms, time, sent } = await start()
    alarms.raise(dead)
    alarms.raise({ ...dead, subject: 'other' })
    await time.advance(5000)
    expect(sent.map(({ alarms: lines }) => lines.length)).toEqual([2])
    for (const subject of ['a', 'b', 'c']) {
      alarms.raise({ ...dead, subject })
      await time.advance(minute)
    }
    expect(sent).toHaveLength(1)
    await time.advance(5 * minute)
    expect(sent.map(({ alarms: lines }) => lines.length)).toEqual([2, 3])
  })

  it('wait for a channel that is down, with growing pauses, and then say how things stand', async () => {
    let isDown = true
    const { alarms, time, sent, attempts } = await start(async () => {
      if (isDown) throw new Error('connection refused by ada@example.org')
    })
    alarms.raise(dead)
    await time.advance(60 * minute)
    expect(attempts.length).toBeGreaterThan(5)
    expect(attempts.length).toBeLessThan(20)
    expect(attempts[0]).toBe('connection refused by a***@example.org')
    alarms.raise(dead)
    alarms.raise({ ...dead, subject: 'other' })
    alarms.clear('deadLetter', 'other')
    isDown = false
    await time.advance(20 * minute)
    expect(sent.map(({ alarms: lines }) => lines.map(({ subject, times }) => [subject, times]))).toEqual([
      [['main', 2]],
    ])
  })

  it('are not held up by a channel that never answers', async () => {
    let calls = 0
    const { alarms, time, attempts } = await start(async () => {
      calls += 1
      await new Promise(() => undefined)
    })
    alarms.raise(dead)
    await time.advance(2 * minute)
    expect(calls).toBeGreaterThan(1)
    expect(attempts[0]).toBe('no answer within 30 seconds')
    await alarms.stop()
  })

  it('are told by a channel that is up again, although the clock was set back while it was down', async () => {
    let isDown = true
    const { alarms, time, sent } = await start(async () => {
      if (isDown) throw new Error('connection refused')
    })
    alarms.raise(dead)
    await time.advance(10 * minute)
    time.setClock(-day)
    await alarms.refresh()
    isDown = false
    await time.advance(20 * minute)
    expect(sent).toHaveLength(1)
  })

  it('do not wait for moments that a clock set back since has put into the future', async () => {
    const { alarms, time, sent } = await start()
    const news = (): readonly (string | undefined)[] => sent.map(({ alarms: [line] }) => line?.news)
    const setBack = async (): Promise<void> => {
      time.setClock(-30 * day)
      await alarms.refresh()
    }
    alarms.raise(dead)
    await setBack()
    await time.advance(minute)
    expect(news()).toEqual(['raised'])
    await setBack()
    await time.advance(day)
    expect(news()).toEqual(['raised', 'still'])
    alarms.clear('deadLetter', 'main')
    await setBack()
    await time.advance(5 * minute)
    expect(news()).toEqual(['raised', 'still', 'over'])
  })

  it('that cannot be cleared end an hour after the last time, although the clock was set back since', async () => {
    const { alarms, time, sent } = await start()
    alarms.raise({ ...dead, kind: 'senderFault' })
    await time.advance(minute)
    time.setClock(-30 * day)
    for (let hour = 0; hour < 3; hour++) {
      await alarms.refresh()
      await time.advance(60 * minute)
    }
    expect(alarms.active()).toEqual([])
    expect(sent).toHaveLength(1)
    alarms.raise({ ...dead, kind: 'senderFault' })
    await time.advance(minute)
    expect(sent).toHaveLength(2)
  })

  it('are told anew by nobody because another instance raised one that it did not know to be told', async () => {
    const store = new MemoryStore()
    const time = new FakeTime()
    const leader = await start(undefined, {}, { store, time })
    const other = await start(undefined, { tells: () => false }, { store, time })
    for (let round = 0; round < 60; round++) {
      other.alarms.raise({ ...dead, kind: 'senderFault' })
      await leader.alarms.refresh()
      await time.advance(15_000)
      other.alarms.raise({ ...dead, kind: 'senderFault' })
      await other.alarms.refresh()
      await time.advance(15_000)
    }
    expect(leader.sent.map(({ alarms: [line] }) => line?.news)).toEqual(['raised'])
    await leader.alarms.refresh()
    const { length } = store.saves
    for (const { alarms } of [leader, other, leader, other]) await alarms.refresh()
    expect(store.saves).toHaveLength(length)
  })

  it('are not told again after a restart, and those that were not told are', async () => {
    const before = await start()
    before.alarms.raise(dead)
    await before.time.advance(6000)
    before.alarms.raise({ ...dead, subject: 'late' })
    await before.alarms.stop()
    const after = await start(undefined, {}, before)
    await after.time.advance(6 * minute)
    expect(after.sent.map(({ alarms: lines }) => lines.map(({ subject }) => subject))).toEqual([['late']])
  })

  it('go on while the database is away, and are stored when it is back', async () => {
    const store = new MemoryStore()
    store.fault = new Error('disk full')
    const { alarms, time, sent } = await start(undefined, {}, { store, time: new FakeTime() })
    alarms.raise({ kind: 'storage', subject: 'host', detail: 'disk full' })
    await time.advance(10 * minute)
    expect(alarms.active()).toHaveLength(1)
    // What was told before the start is not known yet: nothing is said twice.
    expect(sent).toHaveLength(0)
    store.fault = null
    await alarms.refresh()
    await time.advance(minute)
    expect(sent).toHaveLength(1)
    expect([...store.rows.keys()]).toEqual(['storage host'])
  })

  it('of kinds that are muted are not even listed', async () => {
    const { alarms, time, sent } = await start(undefined, { muted: ['deadLetter'] })
    alarms.raise(dead)
    await time.advance(10 * minute)
    expect([alarms.list(), sent]).toEqual([[], []])
  })

  it('are told by one of several instances', async () => {
    let leads = false
    const { alarms, time, sent } = await start(undefined, { tells: () => leads })
    alarms.raise(dead)
    await time.advance(10 * minute)
    expect(sent).toHaveLength(0)
    leads = true
    await alarms.refresh()
    await time.advance(1000)
    expect(sent).toHaveLength(1)
  })

  it('are not lost while they are being written', async () => {
    const store = new MemoryStore()
    const { alarms, time } = await start(undefined, {}, { store, time: new FakeTime() })
    const slow = Promise.withResolvers<void>()
    const save = store.save.bind(store)
    store.save = async (rows) => {
      await slow.promise
      await save(rows)
    }
    alarms.raise(dead)
    await time.advance(1000)
    const refreshing = alarms.refresh()
    await time.advance(1000)
    slow.resolve()
    await refreshing
    expect(alarms.active()).toHaveLength(1)
  })

  it('hold no mail address', async () => {
    const { alarms } = await start()
    alarms.raise({ ...dead, detail: 'refused for zoe@example.org' })
    expect(alarms.active()[0]?.detail).toBe('refused for z***@example.org')
  })
})
