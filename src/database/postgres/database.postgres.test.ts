import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { runAdmin } from '../../testing/postgresServer.ts'
import { HalfOpenProxy } from '../../wholeGateway/halfOpenProxy.ts'
import { PostgresDatabase } from './database.ts'
import type { Queries } from './queries.ts'

let test: PostgresTestDatabase
let database: PostgresDatabase
beforeAll(async () => {
  test = await PostgresTestDatabase.create('empty')
  database = await test.open()
  await database.run('CREATE TABLE t (a bigint PRIMARY KEY, b bytea, c text)')
})
afterAll(async () => test[Symbol.asyncDispose]())

const unavailable = { code: 'STORAGE_UNAVAILABLE' }
const numbers = async (): Promise<readonly number[]> =>
  (await database.query<{ readonly a: number }>('SELECT a FROM t ORDER BY a')).map(({ a }) => a)
const insert = async (queries: Queries, a: number): Promise<number> => queries.run('INSERT INTO t (a) VALUES ($1)', [a])
const clear = async (): Promise<number> => database.run('DELETE FROM t')

/** Ends the connections of the test's database, as an administrator or a broken link does. */
async function cut(): Promise<void> {
  await runAdmin(
    test.url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
}

describe('statements', () => {
  it('read bigints as numbers, bytes as they were, and mend a text that PostgreSQL cannot hold', async () => {
    await clear()
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    // A view into a larger buffer, as a parser hands it on.
    const whole = new Uint8Array(300)
    whole.set(bytes, 40)
    const view = whole.subarray(40, 296)
    await database.run('INSERT INTO t VALUES ($1, $2, $3)', [2 ** 53 - 1, view, 'a\0b Zoë'])
    const [row] = await database.query<{ a: number; b: Uint8Array; c: string }>('SELECT * FROM t')
    expect(row).toMatchObject({ a: 2 ** 53 - 1, c: 'a\uFFFDb Zoë' })
    expect(Buffer.from(row!.b).equals(bytes)).toBe(true)
  })

  it('pass on what the server says of them, and leave the connection usable', async () => {
    await clear()
    await insert(database, 1)
    for (let round = 0; round < 10; round += 1)
      await expect(insert(database, 1)).rejects.toMatchObject({ code: '23505' })
    expect(await numbers()).toEqual([1])
  })

  it('end in STORAGE_UNAVAILABLE when they take too long, and the next one goes on', async () => {
    // Enough for what is no sleep, also on a busy machine.
    const hasty = await test.open({ timeouts: { statementMs: 1000 } })
    await expect(hasty.query('SELECT pg_sleep(5)')).rejects.toMatchObject(unavailable)
    expect(await hasty.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('are refused when more wait than may, and when a connection is not to be had in time', async () => {
    // In that time a connection is also made, which takes a while on a busy machine.
    const narrow = await test.open({ poolSize: 1, longestQueue: 2, timeouts: { connectMs: 2000 } })
    const taken = Promise.withResolvers<void>()
    const over = Promise.withResolvers<void>()
    const slow = narrow.transaction(async () => {
      taken.resolve()
      await over.promise
    })
    await taken.promise
    const waiting = [2, 3].map(async (number) =>
      expect(narrow.query(`SELECT ${number}`)).rejects.toMatchObject(unavailable),
    )
    await expect(narrow.query('SELECT 4')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('are waiting'),
    })
    await Promise.all(waiting)
    over.resolve()
    await slow
    expect(await narrow.query('SELECT 5 AS five')).toEqual([{ five: 5 }])
  })

  it('end in STORAGE_UNAVAILABLE when the connection breaks, idle or under way, and the next one connects anew', async () => {
    const sleeping = database.query('SELECT pg_sleep(5)')
    const outcome = sleeping.catch((error: unknown) => error)
    await vi.waitUntil(
      async () =>
        (
          await runAdmin(
            test.url,
            `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%' AND state = 'active' AND pid <> pg_backend_pid()`,
          )
        ).length > 0,
      { timeout: 10_000 },
    )
    await cut()
    expect(await outcome).toMatchObject(unavailable)
    await vi.waitUntil(
      async () =>
        database.query('SELECT 1').then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
  })
})

describe('a transaction', () => {
  it('is committed as a whole, and undone as a whole when its work throws', async () => {
    await clear()
    expect(await database.transaction(async (queries) => insert(queries, 1))).toBe(1)
    const failing = database.transaction(async (queries) => {
      await insert(queries, 2)
      throw new Error('half-way')
    })
    await expect(failing).rejects.toThrow('half-way')
    expect(await numbers()).toEqual([1])
  })

  it('is not taken for committed where a statement failed and the work went on', async () => {
    await clear()
    const careless = database.transaction(async (queries) => {
      await insert(queries, 1)
      await insert(queries, 1).catch(() => undefined)
    })
    await expect(careless).rejects.toThrow('had failed')
    expect(await numbers()).toEqual([])
  })

  it('is repeated when another one was in its way: both of a deadlock come to their end', async () => {
    await clear()
    for (const a of [1, 2]) await insert(database, a)
    const met = Promise.withResolvers<void>()
    let arrived = 0
    const ended: string[] = []
    let runs = 0
    const touch = async (name: string, first: number, second: number): Promise<void> => {
      await database.transaction(async (queries) => {
        runs += 1
        await queries.run(`UPDATE t SET c = $2 WHERE a = $1`, [first, name])
        arrived += 1
        if (arrived === 2) met.resolve()
        await met.promise
        await queries.run(`UPDATE t SET c = $2 WHERE a = $1`, [second, name])
      })
      ended.push(name)
    }
    await Promise.all([touch('one', 1, 2), touch('other', 2, 1)])
    // The one that gave way may be back before the other one has woken up, and be in its way once more.
    expect(runs).toBeGreaterThan(2)
    expect(ended.toSorted()).toEqual(['one', 'other'])
    const [a, b] = (await database.query<{ readonly c: string }>('SELECT c FROM t ORDER BY a')).map(({ c }) => c)
    // Each is whole: nothing of the one that was last is overwritten by the other.
    expect(a).toBe(b)
  })

  it('gives up on a lock after its time', async () => {
    await clear()
    await insert(database, 1)
    const hasty = await test.open({ timeouts: { lockMs: 100 } })
    await database.transaction(async (queries) => {
      await queries.run(`UPDATE t SET c = 'held' WHERE a = 1`)
      await expect(hasty.run(`UPDATE t SET c = 'mine' WHERE a = 1`)).rejects.toMatchObject(unavailable)
    })
  })

  it('is ended by the server when its work does nothing for too long, and its locks are free', async () => {
    await clear()
    await insert(database, 1)
    const slow = await test.open({ timeouts: { idleInTransactionMs: 100 } })
    const dreaming = slow.transaction(async (queries) => {
      await queries.run(`UPDATE t SET c = 'held' WHERE a = 1`)
      // Waits for the lock that the server takes from this very transaction.
      await database.run(`UPDATE t SET c = 'other' WHERE a = 1`)
      await insert(queries, 2)
    })
    await expect(dreaming).rejects.toMatchObject(unavailable)
    expect(await numbers()).toEqual([1])
  })

  it('takes no statement after its end', async () => {
    let kept: Queries | null = null
    await database.transaction(async (queries) => {
      kept = queries
    })
    await expect(insert(kept!, 1)).rejects.toThrow('had ended')
  })
})

describe('listening', () => {
  const channel = 'test_channel'

  it('hears every instance, and is told when it may have missed something', async () => {
    const other = await test.open()
    const heard: (string | null)[] = []
    const end = await other.listen(channel, (message) => heard.push(message))
    expect(heard).toEqual([null])
    await database.query('SELECT pg_notify($1, $2)', [channel, 'hello'])
    await database
      .transaction(async (queries) => {
        await queries.query('SELECT pg_notify($1, $2)', [channel, 'undone'])
        throw new Error('undone')
      })
      .catch(() => undefined)
    await vi.waitUntil(() => heard.length === 2, { timeout: 10_000 })
    await cut()
    await vi.waitUntil(() => heard.length === 3, { timeout: 10_000 })
    await vi.waitUntil(
      async () =>
        database.query('SELECT pg_notify($1, $2)', [channel, 'again']).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    await vi.waitUntil(() => heard.length >= 4, { timeout: 10_000 })
    expect(heard.slice(0, 4)).toEqual([null, 'hello', null, 'again'])
    end()
    await database.query('SELECT pg_notify($1, $2)', [channel, 'nobody listens'])
    const last: (string | null)[] = []
    await other.listen(channel, (message) => last.push(message))
    await database.query('SELECT pg_notify($1, $2)', [channel, 'end'])
    await vi.waitUntil(() => last.includes('end'), { timeout: 10_000 })
    expect(heard).not.toContain('nobody listens')
  })

  it('begins when it can, where the link is dead in the moment in which somebody asks for a further channel', async () => {
    const target = new URL(test.url)
    const proxy = await HalfOpenProxy.start({ host: target.hostname, port: Number(target.port) })
    target.port = String(proxy.port)
    // Enough for the statements before, also on a busy machine.
    target.searchParams.set('query_timeout', '1500')
    const other = await PostgresDatabase.open(target.href, { requireDurable: false })
    const heard: (string | null)[] = []
    await other.listen(channel, () => undefined)
    proxy.die()
    await other.listen('further_channel', (message) => heard.push(message))
    expect(heard).toEqual([])
    proxy.comeBack()
    await vi.waitUntil(() => heard.includes(null), { timeout: 20_000 })
    await database.query('SELECT pg_notify($1, $2)', ['further_channel', 'hello'])
    await vi.waitUntil(() => heard.includes('hello'), { timeout: 10_000 })
    await other.close()
    await proxy.close()
  })

  it('goes on for others when one who listens fails', async () => {
    const heard: (string | null)[] = []
    await database.listen(channel, () => {
      throw new Error('deaf')
    })
    await database.listen(channel, (message) => heard.push(message))
    await database.query('SELECT pg_notify($1, $2)', [channel, 'hello'])
    expect(await vi.waitUntil(() => heard.at(-1), { timeout: 10_000 })).toBe('hello')
  })
})

describe('opening and closing', () => {
  it('says who was refused and where, and never the password', async () => {
    const url = new URL(test.url)
    url.username = 'nobody-here'
    url.password = 'pa-ss-word'
    const error = await PostgresDatabase.open(url.href).catch((failed: unknown) => failed)
    expect(error).toMatchObject({ code: 'STORAGE_REFUSED', message: expect.stringContaining('nobody-here@127.0.0.1') })
    expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain('pa-ss-word')
  })

  it.each([
    ['a database that is not there', (url: URL) => (url.pathname = '/nothing'), 'STORAGE_REFUSED'],
    ['a server that is not there', (url: URL) => (url.port = '1'), 'STORAGE_UNAVAILABLE'],
    ['another kind of address', (url: URL) => (url.protocol = 'mysql:'), 'STORAGE_REFUSED'],
  ])('refuses %s', async (_, change, code) => {
    const url = new URL(test.url)
    change(url)
    await expect(PostgresDatabase.open(url.href)).rejects.toMatchObject({ code })
  })

  it('refuses an address that cannot be read without showing it', async () => {
    const error = await PostgresDatabase.open('postgres://user:pa ss@[host/db').catch((failed: unknown) => failed)
    expect(error).toMatchObject({ code: 'STORAGE_REFUSED' })
    expect(String(error)).not.toContain('pa ss')
  })

  it('ends what is under way, then takes nothing more', async () => {
    const short = await test.open()
    const last = short.query('SELECT pg_sleep(0.1), 1 AS one')
    await new Promise(setImmediate)
    const pausing = short.pause(60_000)
    await short.close()
    await pausing
    expect(await last).toMatchObject([{ one: 1 }])
    await expect(short.query('SELECT 1')).rejects.toMatchObject(unavailable)
    await short.close()
  })
})
