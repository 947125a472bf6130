import { describe, expect, it } from 'vitest'
import type { LaneBacklog } from '../inbox/inbox.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { type HealthFacts, healthOf } from './health.ts'
import { HealthProbe } from './healthProbe.ts'

const now = Date.UTC(2026, 5, 2)
const well: HealthFacts = {
  now,
  stopping: false,
  databaseWritable: true,
  diskLow: false,
  freeBytes: 5 * 1024 ** 3,
  backlog: [],
  openBreakers: 0,
  failingQueues: 0,
  alarms: 0,
}

function setUp() {
  const time = new FakeTime()
  const world = {
    writes: 0,
    write: async (): Promise<void> => undefined,
    stopping: false,
    backlog: async (): Promise<LaneBacklog[]> => [],
  }
  const probe = new HealthProbe({
    clock: time,
    timers: time,
    stopping: () => world.stopping,
    tryWriting: async () => {
      world.writes++
      return world.write()
    },
    disk: { low: false, freeBytes: null },
    backlog: async () => world.backlog(),
    openBreakers: () => 0,
    failingQueues: () => 0,
    alarms: () => 0,
  })
  return { time, world, probe }
}

describe('healthOf', () => {
  it('is ok where everything is', () => {
    expect(healthOf(well)).toEqual({
      ready: true,
      status: 'ok',
      checks: { process: 'ok', database: 'ok', disk: 'ok', backlog: 'ok', civicrm: 'ok', queues: 'ok' },
      waiting: 0,
      oldestSeconds: 0,
      openBreakers: 0,
      failingQueues: 0,
      alarms: 0,
      freeMiB: 5120,
    })
  })

  it.each<[string, Partial<HealthFacts>]>([
    ['the process is stopping', { stopping: true }],
    ['the database cannot be written', { databaseWritable: false }],
    ['the disk is nearly full', { diskLow: true }],
  ])('is unready where %s', (_name, facts) => {
    expect(healthOf({ ...well, ...facts })).toMatchObject({ ready: false, status: 'unready' })
  })

  it.each<[string, Partial<HealthFacts>, string]>([
    [
      'a backlog that has waited long',
      { backlog: [{ site: 'main', waiting: 900_000, oldestReceivedAt: now - 3 * 24 * 60 * 60_000 }] },
      'backlog',
    ],
    ['a CiviCRM that is not called', { openBreakers: 3 }, 'civicrm'],
    ['a queue that cannot be read', { failingQueues: 1 }, 'queues'],
  ])('is degraded, and ready, with %s', (_name, facts, check) => {
    expect(healthOf({ ...well, ...facts })).toMatchObject({
      ready: true,
      status: 'degraded',
      checks: { [check]: 'degraded' },
    })
  })

  it('is ok with a fresh backlog, however large, and names no site', () => {
    const backlog = [
      { site: 'client-a', waiting: 10_000, oldestReceivedAt: now - 60_000 },
      { site: 'client-b', waiting: 5, oldestReceivedAt: now - 90_000 },
    ]
    const health = healthOf({ ...well, backlog })
    expect(health).toMatchObject({ status: 'ok', waiting: 10_005, oldestSeconds: 90 })
    expect(JSON.stringify(health)).not.toContain('client')
  })

  it('does not take a backlog that cannot be read for none', () => {
    expect(healthOf({ ...well, backlog: null })).toMatchObject({
      ready: true,
      checks: { backlog: 'unknown' },
      waiting: null,
      oldestSeconds: null,
    })
  })

  it('is unready before it is degraded', () => {
    expect(healthOf({ ...well, openBreakers: 1, databaseWritable: false }).status).toBe('unready')
  })
})

describe('HealthProbe', () => {
  it('asks the database at most once a second, and once at a time', async () => {
    const { time, world, probe } = setUp()
    const both = await Promise.all([probe.health(), probe.health()])
    expect(both).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
    await probe.health()
    expect(world.writes).toBe(1)
    await time.advance(1000)
    await probe.health()
    expect(world.writes).toBe(2)
    expect(time.timers).toEqual([])
  })

  it('is unready where writing fails, and well again after', async () => {
    const { time, world, probe } = setUp()
    world.write = async () => Promise.reject(new Error('disk full'))
    expect(await probe.health()).toMatchObject({ ready: false, checks: { database: 'failed' } })
    world.write = async () => undefined
    await time.advance(1000)
    expect(await probe.health()).toMatchObject({ ready: true })
  })

  it('is unready where writing hangs', async () => {
    const { time, world, probe } = setUp()
    world.write = async () => new Promise(() => undefined)
    const health = probe.health()
    await time.advance(5000)
    expect(await health).toMatchObject({ ready: false, checks: { database: 'failed' } })
  })

  it('says at once that the process is stopping', async () => {
    const { world, probe } = setUp()
    await probe.health()
    world.stopping = true
    expect(await probe.health()).toMatchObject({ ready: false, checks: { process: 'failed' } })
  })

  it('stays ready where only the backlog cannot be read', async () => {
    const { world, probe } = setUp()
    world.backlog = () => {
      throw new Error('locked')
    }
    expect(await probe.health()).toMatchObject({ ready: true, waiting: null })
  })

  it('counts what waits also where nothing can be written', async () => {
    const { time, world, probe } = setUp()
    world.write = async () => Promise.reject(new Error('disk full'))
    world.backlog = async () => [{ site: 'main', waiting: 347, oldestReceivedAt: time.now() - 600_000 }]
    expect(await probe.health()).toMatchObject({
      ready: false,
      checks: { database: 'failed', backlog: 'degraded' },
      waiting: 347,
      oldestSeconds: 600,
    })
  })

  it('waits for what waits as long as for a write, and asks a database that hangs once', async () => {
    const { time, world, probe } = setUp()
    let asked = 0
    const hung = Promise.withResolvers<LaneBacklog[]>()
    world.backlog = async () => {
      asked++
      return hung.promise
    }
    for (const _again of [1, 2]) {
      const health = probe.health()
      await time.advance(5000)
      expect(await health).toMatchObject({ ready: true, waiting: null })
      await time.advance(1000)
    }
    expect(asked).toBe(1)
    hung.resolve([])
    expect(await probe.health()).toMatchObject({ ready: true, waiting: 0 })
    expect(time.timers).toEqual([])
  })
})
