import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { MailedPeople } from '../testing/mailedPeople.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'

let database: PostgresTestDatabase
let benches: GatewayBench[]
beforeEach(async () => {
  database = await PostgresTestDatabase.create('empty')
  benches = []
})
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

async function install(config: Readonly<Record<string, unknown>> = {}): Promise<GatewayBench> {
  const bench = await GatewayBench.make({ config: { keyFile: 'key', databaseDurability: 'any', ...config } })
  benches.push(bench)
  await bench.file('key', `${Buffer.alloc(32, 7).toString('base64')}\n`)
  return bench
}

/** Starts in the new place, as `serve` does, once the gateway hears of it. */
async function follow(bench: GatewayBench, config: Readonly<Record<string, unknown>>): Promise<void> {
  await bench.gateway.moved
  await bench.stop()
  await bench.configure(config)
  for (;;) {
    const error: unknown = await bench.start().then(
      () => null,
      (fault: unknown) => fault,
    )
    if (error === null) return
    expect(error).toMatchObject({ code: 'STORAGE_ARRIVING' })
    await setTimeout(50)
  }
}

/** Resolves when nothing waits any more, whichever instance did the last of it. */
async function recorded(bench: GatewayBench): Promise<void> {
  const { inbox } = bench.gateway.operations
  while ((await inbox.backlog()).length > 0) await setTimeout(20)
}

it('an installation moves to PostgreSQL, goes on there with several instances, and comes back', async () => {
  const bench = await install()
  await bench.start()
  const people = await MailedPeople.make(bench, 'main', 90)
  await bench.gateway.operations.settings.saveSecret('main', 'apiKey', 'a secret that moves along')
  const bounces = people.bounces()
  expect(await bench.postAll(bounces.slice(0, 30))).toEqual([200])

  const url = await bench.file('address', `${database.url}\n`)
  const onPostgres = { databaseUrlFile: url }
  const there = follow(bench, onPostgres)
  expect(await bench.ask(['move-database', bench.dataFolder, `file:${url}`])).toMatchObject({ state: 'moved' })
  await there
  expect(bench.gateway.operations.settings.secret('main', 'apiKey')).toBe('a secret that moves along')

  const second = await install(onPostgres)
  // Both know the same signer.
  await second.configure({ ...onPostgres, certificatesFolder: path.join(bench.folder, 'certificates') })
  await second.start()
  expect(await second.postAll(bounces.slice(20, 60))).toEqual([200])
  await recorded(bench)
  expect(await people.counts(bench)).toEqual(people.rows.map((_, index) => (index < 60 ? 1 : 0)))

  const back = path.join(bench.folder, 'back')
  const home = follow(bench, { dataFolder: back })
  const isTold = second.gateway.moved
  const environment = { OLD_DATABASE: database.url }
  expect(await bench.ask(['move-database', 'env:OLD_DATABASE', back], { environment })).toMatchObject({
    state: 'moved',
  })
  await home
  expect(await isTold).toBe(back)
  // The other instance takes nothing more.
  expect(await second.postAll(bounces.slice(80))).toEqual([503])
  await second.stop()
  expect(await bench.postAll(bounces)).toEqual([200])
  await recorded(bench)
  expect(await people.counts(bench)).toEqual(people.rows.map(() => 1))
})

it('comes back to the data folder that the gateway on PostgreSQL has as its own, as it was left', async () => {
  const bench = await install()
  await bench.start()
  const people = await MailedPeople.make(bench, 'main', 4)
  const bounces = people.bounces()
  const url = await bench.file('address', `${database.url}\n`)
  const there = follow(bench, { databaseUrlFile: url })
  expect(await bench.ask(['move-database', bench.dataFolder, `file:${url}`])).toMatchObject({ state: 'moved' })
  await there
  expect(await bench.postAll(bounces.slice(0, 2))).toEqual([200])

  const back = ['move-database', `file:${url}`, bench.dataFolder]
  expect(await bench.ask([...back, '--replace', '--copy-only'])).toMatchObject({ state: 'following' })
  const home = follow(bench, {})
  expect(await bench.ask(back)).toMatchObject({ state: 'moved' })
  await home
  expect(await bench.postAll(bounces)).toEqual([200])
  await recorded(bench)
  expect(await people.counts(bench)).toEqual([1, 1, 1, 1])
})
