import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SentMail } from '../simulator/ses/sentMail.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const dayMs = 86_400_000
const patient = { timeout: 20_000, interval: 50 }

const events = z.array(
  z.object({ nameless: z.boolean(), notificationIds: z.array(z.number()), event: z.object({ recipient: z.string() }) }),
)
const report = z.object({
  removed: z.record(z.string(), z.number()).nullable(),
  kinds: z.array(z.object({ kind: z.string(), days: z.number().nullable(), due: z.object({ rows: z.number() }) })),
})

let bench: GatewayBench
let feed: SiteFeed
let mail: SentMail
let bounce: SnsRequest

beforeAll(async () => {
  bench = await GatewayBench.make({ retentionPace: { firstMs: 3_600_000 } })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  await bench.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn])
  mail = feed.receipt('Ada@example.net')
  bounce = feed.report('bounce/Permanent/General', mail)
  await bench.post(bounce)
  await bench.recorded()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
})

/** As if everything had come so long ago. */
function age(days: number): void {
  const database = new DatabaseSync(path.join(bench.dataFolder, 'civicrm-ses.db'), { timeout: 5000 })
  const ms = days * dayMs
  database.exec(`
    UPDATE mail_event SET first_seen_at = first_seen_at - ${ms};
    UPDATE notification SET received_at = received_at - ${ms}, settled_at = settled_at - ${ms};
  `)
  database.close()
}

async function found(): Promise<z.output<typeof events>> {
  return events.parse(await bench.ask(['events', '--recipient', 'ada@example.net']))
}

async function due(): Promise<Readonly<Record<string, number>>> {
  const { kinds } = report.parse(await bench.ask(['retention']))
  return Object.fromEntries(kinds.filter((one) => one.due.rows > 0).map((one) => [one.kind, one.due.rows]))
}

describe('what has grown old', () => {
  it('is named by `retention`, which changes nothing', async () => {
    expect(await due()).toEqual({})
    age(40)
    expect(await due()).toMatchObject({ rawMessages: 1 })
    const { code, out } = await bench.command(['retention', '--run-now', '--dry-run'])
    expect(code).toBe(0)
    expect(out).toMatch(/rawMessages +30 days +1 /)
    expect(out).toContain('Nothing was changed (dry run).')
    expect(await due()).toMatchObject({ rawMessages: 1 })
  })

  it('goes: the message, which is known all the same when it comes again', async () => {
    const [before] = await found()
    expect(report.parse(await bench.ask(['retention', '--run-now'])).removed).toEqual({ rawMessages: 1 })
    const { code, err } = await bench.command(['events', 'notification', String(before!.notificationIds[0])])
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining('no longer kept')])
    expect(await bench.post(bounce)).toBe(200)
    await bench.recorded()
    expect(await found()).toHaveLength(1)
  })

  it('goes: the address, by which the event is found all the same, and known in a message of its own', async () => {
    age(400)
    await bench.ask(['retention', '--run-now'])
    expect(await found()).toMatchObject([{ nameless: true, event: { recipient: expect.stringMatching(/^hmac:/) } }])
    await bench.post(feed.report('bounce/Permanent/General', mail))
    await bench.recorded()
    expect(await found()).toMatchObject([{ nameless: true, notificationIds: [1, expect.any(Number)] }])
    const metrics = await (await fetch(`http://127.0.0.1:${bench.gateway.port}/metrics`)).text()
    expect(metrics).toMatch(/civicrm_ses_retention_removed_total\{kind="addresses"\} 1/)
  })

  it('goes by itself', async () => {
    await bench.stop()
    const later = await GatewayBench.make({ retentionPace: { firstMs: 0, roundMs: 50, pauseMs: 0 } })
    try {
      await later.start()
      feed = new SiteFeed({ topicArn, identity: later.identity, domain: 'crm.example.org' })
      await later.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topicArn])
      await later.post(feed.report('bounce/Permanent/General', feed.receipt('bo@example.net')))
      await later.recorded()
      await bench[Symbol.asyncDispose]()
      bench = later
      age(400)
      await expect
        .poll(async () => events.parse(await bench.ask(['events', '--recipient', 'bo@example.net'])), patient)
        .toMatchObject([{ nameless: true }])
    } catch (error) {
      await later[Symbol.asyncDispose]()
      throw error
    }
  })
})
