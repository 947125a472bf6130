import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'

let database: PostgresTestDatabase
let benches: GatewayBench[]
beforeEach(async () => {
  database = await PostgresTestDatabase.create('empty')
  benches = []
  for (let index = 0; index < 2; index += 1) {
    const config = { databaseUrl: database.url, databaseDurability: 'any', keyFile: 'key' }
    const bench = await GatewayBench.make({ config })
    benches.push(bench)
    await bench.file('key', `${Buffer.alloc(32, 7).toString('base64')}\n`)
    await bench.start()
  }
})
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

it('instances with key files of their own read every secret at each step, once the file is laid out', async () => {
  const [one, two] = benches
  await one!.saveSite({ id: 'main', name: 'main', crm: { type: 'builtin' } }, 'of the first')
  const read = async (bench: GatewayBench): Promise<string | null> => {
    const { settings } = bench.gateway.operations
    await settings.refresh()
    return settings.secret('main', 'apiKey')
  }
  for (const step of ['prepared', 'resealed', 'rotated']) {
    expect(await one!.ask(['keys', 'rotate'])).toMatchObject({ step })
    // Also the one whose file is a step behind.
    const isLast = step === 'rotated'
    expect(await read(two!)).toBe('of the first')
    if (!isLast) await two!.gateway.operations.settings.saveSecret('main', 'siteKey', `at ${step}`)
    copyFileSync(path.join(one!.folder, 'key'), path.join(two!.folder, 'key'))
    expect([await read(one!), await read(two!)]).toEqual(['of the first', 'of the first'])
  }
  await one!.gateway.operations.settings.refresh()
  expect(one!.gateway.operations.settings.secret('main', 'siteKey')).toBe('at resealed')
  expect(await two!.ask(['keys', 'status'])).toMatchObject({ other: 0, unknown: 0, old: 0 })
})
