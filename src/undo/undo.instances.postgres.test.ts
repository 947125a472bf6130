import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const readers = 150

let database: PostgresTestDatabase
let double: SuppressionDouble
let benches: GatewayBench[]

/** Two gateways and a third installation, of which only the command line is used, on one database. */
beforeEach(async () => {
  database = await PostgresTestDatabase.create()
  double = await startSuppressionDouble()
  benches = []
  for (const isRunning of [true, true, false]) {
    const [first] = benches
    const bench = await GatewayBench.make({
      // So long that a lane changes hands by an orderly end alone, however long a busy machine stands still.
      leaseLimits: { leaseMs: 60_000, roundMs: 300 },
      suppressionLists: double.lists,
      config: {
        databaseUrl: database.url,
        databaseDurability: 'any',
        keyFile: first === undefined ? 'key' : path.join(first.folder, 'key'),
        certificatesFolder: first === undefined ? 'certificates' : path.join(first.folder, 'certificates'),
      },
    })
    if (first === undefined) await bench.file('key', `${randomBytes(32).toString('base64')}\n`)
    benches.push(bench)
    if (isRunning) await bench.start()
  }
})
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await double.close()
  await database[Symbol.asyncDispose]()
})

async function outage(bench: GatewayBench): Promise<void> {
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
  const feed = new SiteFeed({ topicArn, identity: benches[0]!.identity, domain: 'crm.example.org' })
  const store = bench.gateway.operations.contacts('main')
  const stored = await store.addContacts(
    Array.from({ length: readers }, (_, number) => ({ name: 'x', emails: [`reader${number}@provider.example`] })),
  )
  const emailIds = stored.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  const requests = queueRows.map((row) => feed.report('bounce/Permanent/General', feed.mailing({ ...row, jobId })))
  expect(await bench.postAll(requests)).toEqual([200])
  // When all are on hold the ledger may not know it of the last ones yet, and an undo would not find them.
  await expect.poll(async () => bench.gateway.operations.inbox.backlog()).toEqual([])
  expect(await held(bench)).toBe(readers)
}

async function held(bench: GatewayBench): Promise<number> {
  const contacts = await bench.gateway.operations.contacts('main').list({})
  return contacts.filter(({ emails }) => emails[0]?.onHold === 1).length
}

describe('an undo on several instances', () => {
  it('is done once, whoever is asked for it, and however many at once', async () => {
    const [one, two, three] = benches
    await outage(one!)
    const undo = ['undo', '--domain', 'provider.example', '--no-suppression', '--yes']
    const results = await Promise.all([one!, two!, three!].map(async (bench) => bench.command([...undo, '--json'])))
    const refused = results.filter(({ code }) => code !== 0)
    for (const { out } of refused) expect(JSON.parse(out)).toMatchObject({ error: { code: 'UNDO_UNDER_WAY' } })
    const reports = results.filter(({ code }) => code === 0).map(({ out }) => JSON.parse(out) as { released: number })
    // Who comes when the first has ended finds nothing left to do.
    expect(reports.map(({ released }) => released).toSorted((a, b) => b - a)).toEqual([
      readers,
      ...reports.slice(1).map(() => 0),
    ])
    expect(await held(two!)).toBe(0)
    expect(await two!.ask(['undo', 'list'])).toHaveLength(reports.length)
    expect(await two!.ask(['releases', '--limit', '1000'])).toHaveLength(readers)
  })
})
