import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { SqsDouble } from '../testing/sqsDouble.ts'

/** Several gateways on one database that read the same queue, as they all do with every queue that they know. */

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const patient = { timeout: 30_000, interval: 100 }
const people = Array.from({ length: 80 }, (_, index) => `reader${index}@example.org`)

let sqs: SqsDouble
beforeAll(async () => {
  sqs = await SqsDouble.start()
})
afterAll(async () => sqs.stop())

let database: PostgresTestDatabase
let benches: GatewayBench[]
let arn: string
let feed: SiteFeed
beforeEach(async () => {
  database = await PostgresTestDatabase.create()
  benches = []
  arn = sqs.createQueue('shared')
  const first = await install()
  await first.file('key', `${randomBytes(32).toString('base64')}\n`)
  feed = new SiteFeed({ topicArn, identity: first.identity, domain: 'crm.example.org' })
})
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  sqs.deleteQueue(arn)
})

/** With the key and the certificates of the first. */
async function install(): Promise<GatewayBench> {
  const first = benches[0]
  const bench = await GatewayBench.make({
    snsReach: { queues: sqs.open },
    consumerLimits: { pollSeconds: 1 },
    // So long that a lane changes hands by an orderly end alone, however long a busy machine stands still.
    leaseLimits: { leaseMs: 60_000, roundMs: 300 },
    config: {
      databaseUrl: database.url,
      databaseDurability: 'any',
      keyFile: first === undefined ? 'key' : path.join(first.folder, 'key'),
      certificatesFolder: first === undefined ? 'certificates' : path.join(first.folder, 'certificates'),
    },
  })
  benches.push(bench)
  return bench
}

/** Two that run, with a site of everybody, and the queue. */
async function two(): Promise<readonly [GatewayBench, GatewayBench]> {
  const [one, other] = [benches[0]!, await install()]
  await one.start()
  await other.start()
  await one.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn])
  const csv = ['name,email', ...people.map((email) => `${email},${email}`)].join('\n')
  await one.ask(['contacts', 'import', '-', '--site', 'main'], { stdin: `${csv}\n` })
  await one.ask(['queues', 'add', arn])
  return [one, other]
}

function bounceOf(email: string): string {
  return feed.report('bounce/Permanent/General', feed.receipt(email)).body
}

/** Of each recipient how many bounces stand in the ledger, and how many effects of them were done. */
async function recordedBy(bench: GatewayBench): Promise<Readonly<Record<string, string>>> {
  const events = await bench.gateway.operations.ledger.search({ site: 'main', kind: 'bounce', limit: 1000 })
  return Object.fromEntries(
    [...Map.groupBy(events, ({ key }) => key.recipient)].map(([recipient, ofIt]) => [
      recipient,
      `${ofIt.length} event, ${ofIt.flatMap(({ effects }) => effects.map(({ state }) => state)).join(' ')}`,
    ]),
  )
}

const once = Object.fromEntries(people.map((email) => [email, '1 event, done']))
const receivedBy = async (bench: GatewayBench): Promise<number> => {
  const { queues } = (await bench.ask(['status'])) as { readonly queues: readonly { readonly received: number }[] }
  return queues[0]?.received ?? 0
}

describe('a queue that two instances read', () => {
  it('is shared by them, and each mail event is recorded once, though messages come to both', async () => {
    const [one, other] = await two()
    await expect.poll(async () => other.ask(['status']), patient).toMatchObject({ queues: [{ state: 'reading' }] })
    const bodies = people.map((email) => bounceOf(email))
    for (let from = 0; from < bodies.length; from += 10) {
      // The same ones again: SQS delivers at least once, and to whoever asks.
      sqs.send(arn, ...bodies.slice(from, from + 10), ...bodies.slice(Math.max(0, from - 5), from + 5))
      await sqs.showAll(arn)
    }
    const bothTook = async (): Promise<boolean> => {
      // However long one of them is in luck.
      sqs.send(arn, ...bodies.slice(0, 10))
      return (await receivedBy(one)) > 0 && (await receivedBy(other)) > 0
    }
    await expect.poll(bothTook, patient).toBe(true)
    await expect.poll(() => sqs.content(arn), patient).toEqual({ visible: [], hidden: [] })
    await expect.poll(async () => recordedBy(one), patient).toEqual(once)
  })

  it('goes on to be read by the one that is left, and loses nothing that the other had received', async () => {
    const [one, other] = await two()
    sqs.send(arn, ...people.map((email) => bounceOf(email)))
    await expect.poll(async () => receivedBy(one), patient).toBeGreaterThan(0)
    await one.stop()
    await expect
      .poll(
        async () => {
          await sqs.showAll(arn)
          return sqs.content(arn)
        },
        { ...patient, interval: 1000 },
      )
      .toEqual({ visible: [], hidden: [] })
    await expect.poll(async () => recordedBy(other), patient).toEqual(once)
  })
})
