import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { HalfOpenProxy } from './halfOpenProxy.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { runAdmin } from '../testing/postgresServer.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { SmallDisk } from './smallDisk.ts'

/** A PostgreSQL in trouble, under a gateway that goes on by itself when it is well again. */

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const patient = { timeout: 40_000, interval: 100 }

let database: PostgresTestDatabase
let bench: GatewayBench
let feed: SiteFeed
let reports = 0
/** Undone after each test, the last first. */
let undo: (() => unknown)[]

beforeEach(async () => {
  database = await PostgresTestDatabase.create()
  undo = [async () => database[Symbol.asyncDispose]()]
})
afterEach(async () => {
  for (const step of undo.toReversed()) await step()
})

async function start(databaseUrl: string): Promise<void> {
  bench = await GatewayBench.make({
    config: { databaseUrl, databaseDurability: 'any', keyFile: 'key' },
    leaseLimits: { leaseMs: 1200, roundMs: 300 },
    alarmPace: { gatherMs: 0, everyMs: 0, calmMs: 0, patience: 0, lookMs: 200 },
  })
  undo.push(async () => bench[Symbol.asyncDispose]())
  await bench.file('key', `${randomBytes(32).toString('base64')}\n`)
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
}

/** @param padding bytes that the mail event is larger than it need be */
async function report(padding = 0): Promise<number> {
  reports += 1
  const mail = feed.receipt(`${'p'.repeat(padding)}${reports}@example.net`)
  return bench.post(feed.report('reject', mail, { dialect: 'eventPublishing' }))
}

async function ready(): Promise<number> {
  return (await fetch(`http://127.0.0.1:${bench.gateway.port}/readyz`)).status
}

async function alarms(): Promise<string> {
  return JSON.stringify(await bench.ask(['alarms']))
}

const admin = async (sql: string): Promise<readonly unknown[]> => runAdmin(inject('postgresUrl'), sql)
const name = (): string => new URL(database.url).pathname.slice(1)

/** Everything that was acknowledged is recorded. */
async function expectAllRecorded(acknowledged: number): Promise<void> {
  await bench.recorded()
  const rows = await runAdmin(database.url, 'SELECT state, count(*)::int AS count FROM notification GROUP BY state')
  expect(rows).toEqual([{ state: 'recorded', count: acknowledged }])
}

describe('a PostgreSQL', () => {
  it('whose disk is full is answered 503 and told of, and nothing acknowledged is missing when there is room', async () => {
    const disk = SmallDisk.make(96)
    undo.unshift(() => disk[Symbol.dispose]())
    const [where] = await admin('SHOW data_directory')
    const owner = statSync(Object.values(where ?? {}).join(''))
    await admin(`CREATE TABLESPACE small LOCATION '${disk.subfolder('tables', owner)}'`)
    undo.splice(1, 0, async () => admin('DROP TABLESPACE small'))
    await admin(`ALTER DATABASE ${name()} SET TABLESPACE small`)
    await start(database.url)

    const answers: number[] = []
    for (let sent = 0; sent < 20; sent += 1) answers.push(await report())
    expect(new Set(answers)).toEqual(new Set([200]))
    await bench.recorded()
    disk.fill()
    // Pages that are there already take some more.
    while (!answers.includes(503) && answers.length < 2000) answers.push(await report(200))
    expect(answers.at(-1)).toBe(503)
    await expect.poll(ready, patient).toBe(503)
    await expect.poll(alarms, patient).toContain('"storage"')

    disk.clear()
    await expect.poll(async () => report(), patient).toBe(200)
    await expect.poll(ready, patient).toBe(200)
    await expect.poll(alarms, patient).not.toContain('"storage"')
    await expectAllRecorded(answers.filter((status) => status === 200).length + 1)
  })

  it('that takes no writes for a while (a standby, after a switch) is answered 503, and goes on', async () => {
    await start(database.url)
    expect(await report()).toBe(200)
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name()}'`
    await admin(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`)
    await admin(cut)
    await expect.poll(async () => report(), patient).toBe(503)
    await expect.poll(ready, patient).toBe(503)
    await admin(`ALTER DATABASE ${name()} RESET default_transaction_read_only`)
    await admin(cut)
    await expect.poll(async () => report(), patient).toBe(200)
    await expect.poll(ready, patient).toBe(200)
    await expectAllRecorded(2)
  })

  it('whose links die without a word is answered 503 within the time of SNS, and goes on over new ones', async () => {
    const target = new URL(database.url)
    const proxy = await HalfOpenProxy.start({ host: target.hostname, port: Number(target.port) })
    undo.splice(1, 0, async () => proxy.close())
    target.port = String(proxy.port)
    target.searchParams.set('query_timeout', '1500')
    await start(target.href)
    expect(await report()).toBe(200)
    proxy.die()
    // The answer comes, whatever it is; without one SNS would wait for fifteen seconds.
    expect(await report()).toBe(503)
    await expect.poll(ready, patient).toBe(503)
    proxy.comeBack()
    await expect.poll(async () => report(), patient).toBe(200)
    await expect.poll(ready, patient).toBe(200)
    await bench.recorded()
    // Nor does it hold up the end: the link that listens is dead still, and nothing has noticed.
    await bench.stop()
  })
})
