import { rename } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayProcess } from '../../tools/chaos/gatewayProcess.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { type QueueContent, SqsDouble } from '../testing/sqsDouble.ts'
import type { SnsRequest } from '../simulator/topic.ts'

/** Queues of SQS through a whole gateway: the real client of AWS against a double with SQS's semantics. */

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const patient = { timeout: 20_000, interval: 50 }

let sqs: SqsDouble
beforeAll(async () => {
  sqs = await SqsDouble.start()
})
afterAll(async () => sqs.stop())

let number = 0
let arn: string
let bench: GatewayBench
let feed: SiteFeed
beforeEach(async () => {
  arn = sqs.createQueue(`gateway-${++number}`)
  bench = await GatewayBench.make({ snsReach: { queues: sqs.open }, consumerLimits: { pollSeconds: 1 } })
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await bench[Symbol.asyncDispose]()
})

async function addSite(id = 'main', topics: readonly string[] = [topicArn]): Promise<void> {
  const options = topics.flatMap((topic) => ['--topic', topic])
  await bench.ask(['sites', 'add', id, '--builtin', '--domain', 'crm.example.org', ...options])
}

function bounce(email: string): SnsRequest {
  return feed.report('bounce/Permanent/General', feed.receipt(email))
}

/** How often each recipient's bounce stands in the ledger. */
async function bounces(): Promise<Readonly<Record<string, number>>> {
  const events = (await bench.ask(['events', '--kind', 'bounce'])) as readonly { readonly key: { recipient: string } }[]
  const counts: Record<string, number> = {}
  for (const { key } of events) counts[key.recipient] = (counts[key.recipient] ?? 0) + 1
  return counts
}

/** A gateway of its own process receives a message and dies with it in its hands. */
async function killedAt(seam: 'arrived' | 'accepted'): Promise<void> {
  await bench.start()
  await addSite()
  await bench.stop()
  // Without a gateway: no poll of one that has stopped waits for the message.
  await bench.ask(['queues', 'add', arn])
  sqs.send(arn, bounce('ada@example.org').body)
  for (const [name, value] of Object.entries(sqs.environment)) vi.stubEnv(name, value)
  const config = {
    dataFolder: bench.dataFolder,
    certificatesFolder: path.join(bench.folder, 'certificates'),
    listen: { port: 0 },
    minimumFreeMiB: 0,
  }
  const job = { config, kill: { seam, passing: 1, delayMs: 0 }, report: null }
  const gateway = GatewayProcess.start(job, path.join(bench.folder, 'log'))
  expect(await gateway.ended).toMatchObject({ signal: 'SIGKILL', seam })
}

const empty = { visible: [], hidden: [] }
const emptied = async (): Promise<void> => expect.poll(() => sqs.content(arn), patient).toEqual(empty)

/** Without waiting for what is hidden; also where the poll of a gateway that is dead takes a message first. */
async function emptiedAtLast(): Promise<void> {
  const look = async (): Promise<QueueContent> => {
    const content = sqs.content(arn)
    await sqs.showAll(arn)
    return content
  }
  await expect.poll(look, { timeout: 40_000, interval: 2000 }).toEqual(empty)
}

describe('a queue that is read', () => {
  it('carries feedback beside HTTPS, each mail event once, and is shown in status, metrics and health', async () => {
    const { port } = await bench.start()
    await addSite()
    expect(await bench.command(['queues', 'list'])).toMatchObject({ out: expect.stringContaining('No queue is read') })
    const added = await bench.command(['queues', 'add', arn])
    expect(added.code).toBe(0)
    expect(added.out).toMatch(/is read from now on.\nAbout 0 messages wait in it. It has no dead-letter queue/)

    const [ada, bo, both] = [bounce('ada@example.org'), bounce('bo@example.org'), bounce('both@example.org')]
    sqs.send(arn, ada.body, bo.body, both.body, bo.body)
    expect(await bench.post(both)).toBe(200)
    await emptied()
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1, 'bo@example.org': 1, 'both@example.org': 1 })

    const standing = { arn, site: null, state: 'reading', error: null }
    await expect
      .poll(async () => bench.ask(['status']), patient)
      .toMatchObject({ queues: [{ ...standing, received: 4, deleted: 4, refused: 0, left: 0 }] })
    expect((await bench.command(['status'])).out).toMatch(/Queues:\nQueue +State.*\n.*gateway-1 +reading/)
    expect((await bench.command(['queues', 'list'])).out).toContain('reading')
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toContain(`civicrm_ses_queue_messages_total{queue="${arn}",outcome="deleted"} 4`)
    expect(metrics).toContain(`civicrm_ses_queue_failing{queue="${arn}"} 0`)
    expect(metrics).toContain('civicrm_ses_accepted_total{channel="sqs",outcome="stored"}')
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({
      status: 'ok',
      checks: { queues: 'ok' },
    })

    expect(await bench.ask(['queues', 'remove', arn])).toEqual({ removed: arn })
    expect(await bench.command(['queues', 'remove', arn])).toMatchObject({ code: 1, err: /QUEUE_UNKNOWN/ })
    await expect.poll(async () => bench.ask(['status']), patient).toMatchObject({ queues: [] })
    sqs.send(arn, bounce('late@example.org').body)
    expect(sqs.content(arn).visible).toHaveLength(1)
  })

  it('beside the address of a site doubles nothing, though both bring a notification of their own', async () => {
    await bench.start()
    await addSite()
    await bench.ask(['queues', 'add', arn])
    await bench.ask(['contacts', 'import', '-', '--site', 'main'], { stdin: 'name,email\nAda,ada@example.org\n' })
    const report = bounce('ada@example.org')
    expect(await bench.post(report, '/sns/main')).toBe(200)
    sqs.send(arn, report.body)
    await emptied()
    await bench.recorded()
    const [event] = (await bench.ask(['events', '--kind', 'bounce'])) as readonly {
      readonly notificationIds: readonly number[]
      readonly effects: readonly unknown[]
    }[]
    expect(event?.notificationIds).toHaveLength(2)
    expect(event?.effects).toHaveLength(1)
    expect(await bounces()).toEqual({ 'ada@example.org': 1 })
  })

  it('keeps a message that was stored when the process was killed before it could be deleted', async () => {
    await killedAt('accepted')
    expect(sqs.content(arn)).toMatchObject({ visible: [], hidden: { length: 1 } })

    await bench.start()
    await emptiedAtLast()
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1 })
  })

  it('loses nothing when the process is killed before the message is stored', async () => {
    await killedAt('arrived')
    await bench.start()
    await emptiedAtLast()
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1 })
  })

  it('keeps its messages while the certificate is not to be had', async () => {
    const certificate = path.join(bench.folder, 'certificates', bench.identity.fileName)
    await rename(certificate, `${certificate}.away`)
    await bench.start()
    await addSite()
    await bench.ask(['queues', 'add', arn])
    sqs.send(arn, bounce('ada@example.org').body)
    await expect.poll(async () => bench.ask(['status']), patient).toMatchObject({ queues: [{ left: 1, deleted: 0 }] })
    expect(sqs.content(arn).hidden).toHaveLength(1)

    await rename(`${certificate}.away`, certificate)
    // The failure is remembered for some seconds.
    await emptiedAtLast()
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1 })
  })

  it('that cannot be read degrades health and raises an alarm, and is read as soon as it can be', async () => {
    const { port } = await bench.start()
    sqs.deleteQueue(arn)
    const { code, out } = await bench.command(['queues', 'add', arn])
    expect(code).toBe(0)
    expect(out).toMatch(/It cannot be read yet, and is tried again: QueueDoesNotExist/)
    const health = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/readyz`)).json()
    await expect
      .poll(health, patient)
      .toMatchObject({ status: 'degraded', checks: { queues: 'degraded' }, failingQueues: 1 })
    const alarm = { kind: 'queueUnreadable', subject: arn }
    expect(await bench.ask(['alarms'])).toMatchObject([{ ...alarm, endedAt: null }])
    expect((await bench.command(['queues', 'list'])).out).toMatch(/failing .*QueueDoesNotExist/)

    sqs.createQueue(arn.split(':').at(-1) ?? '')
    await expect.poll(health, patient).toMatchObject({ checks: { queues: 'ok' } })
    // Over before anyone was told of it.
    await expect.poll(async () => bench.ask(['alarms']), patient).toEqual([])
  })

  it('is not read for a site that is not there, and check says so', async () => {
    await bench.start()
    await addSite()
    expect(await bench.command(['queues', 'add', arn, '--site', 'other'])).toMatchObject({
      code: 1,
      err: /SITE_UNKNOWN/,
    })
    await bench.ask(['queues', 'add', arn, '--site', 'main'])
    await bench.ask(['sites', 'remove', 'main', '--yes'])
    expect((await bench.command(['check'])).out).toContain(`queue ${arn}: its site "main" is not there`)
    expect(await bench.command(['queues', 'add', `${arn}.fifo`])).toMatchObject({ code: 2, err: /FIFO/ })
  })
})

describe('what a queue brings that can never be accepted', () => {
  it('is kept, shown, and taken when its topic is allowed', async () => {
    await bench.start()
    await addSite('main', [])
    await bench.ask(['queues', 'add', arn])
    sqs.send(arn, bounce('ada@example.org').body, '{"eventType":"Bounce"}')
    await emptied()
    const refused = await bench.ask(['queues', 'refused'])
    expect(refused).toMatchObject({
      total: 2,
      messages: expect.arrayContaining([
        expect.objectContaining({ code: 'SNS_RAW_DELIVERY', queue: arn, body: '{"eventType":"Bounce"}' }),
        expect.objectContaining({ code: 'SNS_TOPIC_NOT_ALLOWED', body: expect.stringContaining('ada@example.org') }),
      ]),
    })
    const shown = await bench.command(['queues', 'refused', '--limit', '1'])
    expect(shown.out).toMatch(/1 more are kept/)
    expect(await bench.ask(['alarms'])).toContainEqual(
      expect.objectContaining({ kind: 'queueRefused', subject: arn, count: 2 }),
    )

    await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])
    const { code, out } = await bench.command(['queues', 'retry', '--all'])
    expect(code).toBe(1)
    expect(out).toMatch(/stored/)
    expect(out).toMatch(/refused +SNS_RAW_DELIVERY/)
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1 })
    expect(await bench.ask(['queues', 'refused'])).toMatchObject({ total: 1 })
    expect(await bench.ask(['queues', 'discard', '--all'])).toEqual({ discarded: 1 })
    expect(await bench.command(['queues', 'discard'])).toMatchObject({ code: 2 })
  })
})

describe('drain-queue', () => {
  it('empties a dead-letter queue beside a running gateway; a dry run only looks', async () => {
    await bench.start()
    await addSite()
    sqs.send(arn, bounce('ada@example.org').body, bounce('bo@example.org').body, 'other software')
    const look = await bench.command(['drain-queue', arn, '--dry-run'])
    expect(look.code).toBe(1)
    expect(look.out).toMatch(/^Looked at 3: 2 would be taken/)
    expect(await bounces()).toEqual({})
    expect(sqs.content(arn)).toMatchObject({ visible: { length: 3 }, hidden: [] })

    const { code, out } = await bench.command(['drain-queue', arn])
    expect(code).toBe(1)
    expect(out).toMatch(/^Received 3: 2 stored, 0 were here already/)
    expect(out).toMatch(/1 +SNS_BODY_UNREADABLE/)
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1, 'bo@example.org': 1 })
    expect(sqs.content(arn)).toEqual({ visible: ['other software'], hidden: [] })
  })

  it('works without a gateway; the next one records what it took', async () => {
    await bench.start()
    await addSite()
    await bench.stop()
    const known = bounce('ada@example.org')
    sqs.send(arn, known.body, known.body, bounce('bo@example.org').body)
    expect(await bench.ask(['drain-queue', arn, '--site', 'main'])).toEqual({
      received: 3,
      stored: 2,
      duplicates: 1,
      confirmations: 0,
      refused: [],
      undeleted: 0,
      ended: 'empty',
    })
    expect(sqs.content(arn)).toEqual(empty)
    await bench.start()
    await bench.recorded()
    expect(await bounces()).toEqual({ 'ada@example.org': 1, 'bo@example.org': 1 })
  })

  it('takes no more than its limit, and says why it cannot', async () => {
    await bench.start()
    await addSite()
    sqs.send(arn, ...Array.from({ length: 3 }, (_, index) => bounce(`p${index}@example.org`).body))
    expect(await bench.command(['drain-queue', arn, '--limit', '2'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Received 2: 2 stored.*\nThere may be more/),
    })
    const absent = await bench.command(['drain-queue', 'arn:aws:sqs:eu-west-1:000000000000:absent'])
    expect(absent).toMatchObject({ code: 1, err: expect.stringMatching(/QUEUE_UNREADABLE: QueueDoesNotExist/) })
    expect(await bench.command(['drain-queue', 'ses'])).toMatchObject({ code: 2 })
    expect(await bench.command(['drain-queue', arn, '--site', 'other'])).toMatchObject({ code: 1, err: /SITE_UNKNOWN/ })
  })
})
