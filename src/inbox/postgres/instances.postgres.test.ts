import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { notification, receivedAt } from '../../testing/notifications.ts'
import { type PostgresTestDatabase, reusedPostgres } from '../../testing/postgresDatabase.ts'
import type { Inbox } from '../inbox.ts'
import { postgresInbox } from './inbox.ts'

const emptyDatabase = reusedPostgres()
const now = receivedAt + 1000
const minute = 60_000

let test: PostgresTestDatabase
let database: PostgresDatabase
let one: Inbox
let two: Inbox
beforeEach(async () => {
  test = await emptyDatabase()
  database = await test.open()
  one = postgresInbox(database)
  two = postgresInbox(await test.open())
})
afterEach(async () => test.closeAll())

const claim = async (inbox: Inbox, owner: string, more: Partial<Parameters<Inbox['claim']>[0]> = {}) =>
  inbox.claim({ owner, site: 'alpha', limit: 10, now, leaseUntil: now + minute, ...more })
const acceptMany = async (inbox: Inbox, count: number) =>
  Promise.all(Array.from({ length: count }, async (_, number) => inbox.accept(notification(number))))

/** As many rows as the table of counts holds. */
async function countRows(): Promise<number> {
  const [row] = await database.query<{ readonly rows: number }>('SELECT count(*) AS rows FROM notification_count')
  return row?.rows ?? 0
}

describe('two instances with one inbox', () => {
  it('store a message once that both are sent at the same time, in whatever order', async () => {
    const numbers = Array.from({ length: 300 }, (_, number) => number)
    const [first, second] = await Promise.all([
      Promise.all(numbers.map(async (number) => one.accept(notification(number)))),
      Promise.all(numbers.toReversed().map(async (number) => two.accept(notification(number)))),
    ])
    expect([...first, ...second].filter((outcome) => outcome === 'stored')).toHaveLength(300)
    expect(await two.backlog()).toMatchObject([{ site: 'alpha', waiting: 300 }])
  })

  it('tell each other of work', async () => {
    const heard: string[] = []
    two.onWork((site) => heard.push(site))
    // Until the connection listens nothing is heard.
    for (let number = 0; heard.length === 0; number += 1) {
      await one.accept(notification(number, { site: 'gamma' }))
      await database.pause(20)
    }
    expect(new Set(heard)).toEqual(new Set(['gamma']))
  })

  it('share what waits: each notification is claimed by one of those who claim at once', async () => {
    await acceptMany(one, 200)
    const parts = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => claim(index % 2 === 0 ? one : two, `owner-${index}`)),
    )
    const ids = parts.flat().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const rest = await claim(one, 'last', { limit: 500 })
    expect(new Set([...ids, ...rest.map(({ id }) => id)]).size).toBe(200)
  })

  it('take over a lease that ran out, and whoever had it before can write nothing any more', async () => {
    await acceptMany(one, 1)
    const [held] = await claim(one, 'suspended')
    const [taken] = await claim(two, 'awake', { now: now + minute, leaseUntil: now + 2 * minute })
    expect(taken).toMatchObject({ id: held!.id, attempts: 2 })
    const { id } = held!
    expect(await one.renew('suspended', [id], now + 9 * minute)).toEqual([])
    for (const end of ['recorded', 'dead', 'deferred'] as const) {
      const written = { id, end, at: now, code: 'C', reason: 'r', nextAttemptAt: now, countAttempt: true }
      expect(await one.settle('suspended', [written])).toEqual([id])
    }
    expect(await two.read(id)).toMatchObject({ state: 'waiting', leaseUntil: now + 2 * minute, code: null })
    expect(await two.settle('awake', [{ id, end: 'recorded', at: now }])).toEqual([])
  })

  it('write nothing in the name of an owner whose claim is being taken over at that very moment', async () => {
    await acceptMany(one, 1)
    const [held] = await claim(one, 'slow')
    const { id } = held!
    let settling: Promise<readonly number[]> = Promise.resolve([])
    await database.transaction(async (queries) => {
      await queries.run(`UPDATE notification SET owner = 'new', due_at = $1 WHERE id = $2`, [now + 5 * minute, id])
      // It waits for the row, and must look at the owner again when it gets it.
      settling = two.settle('slow', [{ id, end: 'recorded', at: now }])
      await database.pause(100)
    })
    expect(await settling).toEqual([id])
    expect(await one.read(id)).toMatchObject({ state: 'waiting', leaseUntil: now + 5 * minute })
  })

  it('skip nothing for ever: a lower id that is committed after a higher one was recorded is claimed', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const late = database.transaction(async (queries) => {
      await queries.run(
        `WITH n AS (
           INSERT INTO notification (identity, site, state, due_at, attempts, received_at)
           VALUES ('late', 'alpha', 'waiting', 0, 0, 0) RETURNING id)
         INSERT INTO notification_message SELECT id, '', 'late', '', 'https', NULL, '2', '', 0, '' FROM n`,
      )
      begun.resolve()
      await gate.promise
    })
    await begun.promise
    await acceptMany(two, 1)
    const [higher] = await claim(two, 'two')
    await two.settle('two', [{ id: higher!.id, end: 'recorded', at: now }])
    gate.resolve()
    await late
    const [lower] = await claim(two, 'two')
    expect(lower!.messageId).toBe('late')
    expect(lower!.id).toBeLessThan(higher!.id)
  })
})

describe('the counts', () => {
  it('stay right and few while all instances write and sum up', async () => {
    const sites = ['alpha', 'beta', 'gamma']
    const wave = async (inbox: Inbox, from: number): Promise<void> => {
      for (let number = from; number < from + 240; number += 1)
        await inbox.accept(notification(number, { site: sites[number % 3]! }))
    }
    const work = Promise.all([wave(one, 0), wave(two, 1000), wave(one, 2000), wave(two, 3000)])
    let least = 0
    const ended = new AbortController()
    void work.finally(() => ended.abort())
    while (!ended.signal.aborted) {
      const waiting = (await one.backlog()).reduce((sum, lane) => sum + lane.waiting, 0)
      // Never less than before: what is being summed up is counted before and after, not in between.
      expect(waiting).toBeGreaterThanOrEqual(least)
      least = waiting
    }
    await work
    expect(await two.backlog()).toMatchObject(sites.map((site) => ({ site, waiting: 320 })))
    expect(await countRows()).toBeLessThan(960)
    for (const site of sites) {
      const claimed = await claim(two, 'two', { site, limit: 100 })
      await two.settle(
        'two',
        claimed.map(({ id }, index) =>
          index < 10 ? { id, end: 'dead', at: now, code: 'C', reason: '' } : { id, end: 'recorded', at: now },
        ),
      )
    }
    expect(await one.deadCount()).toBe(30)
    expect(await one.backlog()).toMatchObject(sites.map((site) => ({ site, waiting: 220 })))
    await database.run(`DELETE FROM notification WHERE state = 'dead'`)
    expect(await one.deadCount()).toBe(0)
  })

  it('are summed up after enough statements', async () => {
    for (let number = 0; number < 60; number += 1) await one.accept(notification(number))
    await vi.waitUntil(async () => (await countRows()) < 60, { timeout: 10_000 })
    expect(await one.backlog()).toMatchObject([{ waiting: 60 }])
  })
})
