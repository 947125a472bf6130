import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSigningIdentity } from '../simulator/certificate.ts'
import { AlarmReceivers, type ReceivedAlarms } from '../testing/alarmReceivers.ts'
import {
  type CrmStub,
  everybodyAsked,
  json,
  startCrmStub,
  type StubAnswer,
  type StubRequest,
} from '../testing/crmStub.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import type { Alarm } from './alarm.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const strangersArn = 'arn:aws:sns:eu-west-1:444455556666:stranger'
const patient = { timeout: 20_000, interval: 50 }

/** How CiviCRM is at the moment. */
let civicrm: 'well' | 'refusing' | 'down' | 'locked' = 'well'

function answer(request: StubRequest): StubAnswer {
  const { path, fields } = request
  if (civicrm === 'down') return json({ error: 'maintenance' }, 503)
  if (civicrm === 'locked') return json({ error: 'key' }, 401)
  if (path.includes('authx/id')) return json({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' })
  if (path.includes('api4/MailingEvent'))
    return json({ error_code: '1', error_message: 'Sorry an error occurred', status: 403 }, 403)
  if (path.includes('api4/Contact/get')) return json({ values: [{ id: 4 }], version: 4, count: 1 })
  if (path.includes('api4/Email/get')) return everybodyAsked(request)
  if (path.includes('api4/')) return json({ values: [], entity: 'Email', action: 'get', version: 4, count: 0 })
  const calls: readonly (readonly [string, string, object])[] = JSON.parse(fields['json'] ?? '[]')
  return json(
    calls.map(([, , values]) =>
      civicrm === 'well'
        ? { is_error: 0, version: 3, values }
        : { is_error: 1, error_code: 'mandatory_missing', error_message: 'Mandatory key(s) missing' },
    ),
  )
}

let stub: CrmStub
let suppression: SuppressionDouble
let bench: GatewayBench
let receivers: AlarmReceivers
let feed: SiteFeed
let queueId = 3000

/** What the webhook was told of one kind, in order, as soon as there is so much of it. */
async function toldOf(kind: string, count: number): Promise<readonly string[]> {
  const told = (): readonly string[] =>
    receivers.webhooks.flatMap(({ alarms }) => alarms.filter((one) => one.kind === kind).map(({ news }) => news))
  await expect.poll(() => told().length, patient).toBeGreaterThanOrEqual(count)
  return told()
}

async function bounce(email: string): Promise<number> {
  queueId += 1
  const row = { jobId: 2, queueId, hash: 'zzinafzl1gunbnsy', email }
  return bench.post(feed.report('bounce/Permanent/General', feed.mailing(row)))
}

const quick = { least: 50, first: 50, most: 100 }
const configuration = { freeMiB: 0, repeatHours: 100 }

beforeAll(async () => {
  stub = await startCrmStub(answer)
  suppression = await startSuppressionDouble()
  bench = await GatewayBench.make({
    alarmPace: { gatherMs: 0, everyMs: 0, calmMs: 0, patience: 0, lookMs: 100, backlogMs: 1500, removalMs: 1 },
    suppressionLists: suppression.lists,
    recorderLimits: { breaker: { tolerated: 0, short: quick, open: quick, repair: quick } },
  })
  receivers = await AlarmReceivers.start(bench.folder)
  await bench.configure({ alarms: { ...configuration, channels: receivers.channels() } })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--url', stub.url, '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options, '--api-key-stdin'], { stdin: 'key' })
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await receivers.close()
  await stub.close()
  await suppression.close()
})

describe('a person is told', () => {
  it('by webhook, mail and program, of which each can be tried', async () => {
    expect(await bench.ask(['alarms', 'test'])).toEqual([
      { channel: 'webhook', error: null },
      { channel: 'email', error: null },
      { channel: 'command', error: null },
    ])
    expect(receivers.webhooks).toMatchObject([{ test: true, alarms: [] }])
    expect(receivers.tokens).toEqual(['Bearer open'])
    expect(receivers.mails).toMatchObject([{ from: 'gateway@example.org', to: ['admin@example.org'], user: 'gateway' }])
    expect(receivers.mails[0]?.text).toContain('Auto-Submitted: auto-generated')
    expect(await receivers.commandText()).toContain('This is a test')
  })

  it('of a mail that SES rejected, by all of them, without the address', async () => {
    await bench.post(feed.report('reject', feed.receipt('ada@example.net'), { dialect: 'eventPublishing' }))
    expect(await toldOf('senderFault', 1)).toEqual(['raised'])
    await expect.poll(() => receivers.mails.length, patient).toBe(2)
    await expect.poll(async () => receivers.commandText(), patient).toContain('SES rejected the mail (Bad content)')
    expect(receivers.mails[1]?.text.replaceAll('=\r\n', '')).toContain('SES rejected the mail')
    expect(JSON.stringify([receivers.webhooks, receivers.mails])).not.toContain('ada@')
  })

  it('of dead letters, and when they are gone', async () => {
    civicrm = 'refusing'
    await bounce('bo@example.net')
    expect(await toldOf('deadLetter', 1)).toEqual(['raised'])
    expect(await bench.ask(['alarms'])).toMatchObject([
      { kind: 'senderFault' },
      { kind: 'deadLetter', subject: 'main', told: { webhook: { state: 'active' } } },
    ])
    civicrm = 'well'
    await bench.ask(['replay', '--dead'])
    expect(await toldOf('deadLetter', 2)).toEqual(['raised', 'over'])
    expect((await bench.command(['alarms', '--recent'])).out).toContain('Notifications became dead letters.')
  })

  it('of a site that is away, of what waits for it, and when it is well again', async () => {
    civicrm = 'down'
    await bounce('cy@example.net')
    expect(await toldOf('breakerOpen', 1)).toEqual(['raised'])
    expect(await toldOf('backlogOld', 1)).toEqual(['raised'])
    civicrm = 'well'
    expect(await toldOf('breakerOpen', 2)).toEqual(['raised', 'over'])
    expect(await toldOf('backlogOld', 2)).toEqual(['raised', 'over'])
  })

  it('of a site that must be repaired', async () => {
    civicrm = 'locked'
    await bounce('di@example.net')
    expect(await toldOf('siteNeedsRepair', 1)).toEqual(['raised'])
    civicrm = 'well'
    expect(await toldOf('siteNeedsRepair', 2)).toEqual(['raised', 'over'])
  })

  it('of topics that are not allowed: one alarm, however many there are', async () => {
    const stranger = new SiteFeed({ topicArn: strangersArn, identity: bench.identity, domain: 'stranger.example' })
    for (let count = 0; count < 5; count += 1)
      await bench.post(stranger.report('reject', stranger.receipt('x@example.com'), { dialect: 'eventPublishing' }))
    expect(await toldOf('topicRefused', 1)).toEqual(['raised'])
    expect(await bench.ask(['alarms'])).toContainEqual(
      expect.objectContaining({ kind: 'topicRefused', count: 5, detail: expect.stringContaining(strangersArn) }),
    )
  })

  it('of messages that cannot be verified, until one can', async () => {
    const now = Date.now()
    const identity = createSigningIdentity({ region: 'eu-west-1', validFrom: now - 1000, validTo: now + 86_400_000 })
    const unknown = new SiteFeed({ topicArn, identity, domain: 'crm.example.org' })
    expect(
      await bench.post(unknown.report('reject', unknown.receipt('x@example.com'), { dialect: 'eventPublishing' })),
    ).toBe(503)
    expect(await toldOf('certificate', 1)).toEqual(['raised'])
    await bounce('ed@example.net')
    expect(await toldOf('certificate', 2)).toEqual(['raised', 'over'])
  })

  it('of a database that cannot be written, also while it cannot be', async () => {
    await bench.recorded()
    const lock = new DatabaseSync(path.join(bench.dataFolder, 'civicrm-ses.db'))
    lock.exec('BEGIN IMMEDIATE')
    try {
      expect(await toldOf('storage', 1)).toEqual(['raised'])
    } finally {
      lock.exec('ROLLBACK')
      lock.close()
    }
    // After its last batch the recorder looks for more. Where that meets the lock, as it does on a busy machine, it keeps
    // the alarm for a minute, unless something is stored.
    expect(await bounce('gil@example.net')).toBe(200)
    expect(await toldOf('storage', 2)).toEqual(['raised', 'over'])
  })

  it('of a suppression list that SES does not let be cleared, until it does', async () => {
    const { removals, remover, clock } = bench.gateway.operations
    suppression.trouble = { name: 'AccessDeniedException', status: 403 }
    await removals.want({ site: 'main', addresses: ['fi@example.net'], origin: 'undo', at: clock.now() })
    remover.wake()
    expect(await toldOf('suppressionStuck', 1)).toEqual(['raised'])
    await expect
      .poll(async () => bench.ask(['alarms']), patient)
      .toContainEqual(expect.objectContaining({ detail: '1 stands there still: AccessDeniedException.' }))
    suppression.trouble = null
    await remover.clear(new AbortController().signal)
    expect(await toldOf('suppressionStuck', 2)).toEqual(['raised', 'over'])
  })

  it('of a subscription that was ended, until the topic is taken off', async () => {
    expect(await bench.post(feed.unsubscription())).toBe(200)
    expect(await toldOf('unsubscribed', 1)).toEqual(['raised'])
    await bench.ask(['topics', 'disallow', topicArn, '--site', 'main'])
    expect(await toldOf('unsubscribed', 2)).toEqual(['raised', 'over'])
    await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])
  })

  it('and how many alarms are active stands in /metrics and /readyz', async () => {
    const { port } = bench.gateway
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toContain('civicrm_ses_alarms_active{kind="senderFault"} 1\n')
    expect(metrics).toMatch(/civicrm_ses_alarm_messages_total\{channel="webhook",outcome="sent"\} \d/)
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({ alarms: 2 })
  })
})

describe('a restart', () => {
  it('tells nothing again, and what is new; a channel that was down catches up with how things stand', async () => {
    const everyone = { webhook: expect.anything(), email: expect.anything(), command: expect.anything() }
    const toldOfActive = async (): Promise<unknown> => bench.ask(['alarms'])
    await expect.poll(toldOfActive, patient).toMatchObject([{ told: everyone }, { told: everyone }])
    // What a channel has not told yet it would tell after the start.
    const untold = async (): Promise<readonly Alarm[]> => {
      const alarms = await bench.gateway.operations.alarms.list()
      return alarms.filter(({ state, told }) => Object.values(told).some((one) => one.state !== state))
    }
    await expect.poll(untold, patient).toEqual([])
    expect(receivers.mails.at(-1)?.text).toContain('WELL AGAIN')
    await bench.stop()
    receivers.webhooks.length = 0
    receivers.status = 500
    await bench.configure({ alarms: { ...configuration, freeMiB: 1e9, channels: receivers.channels() } })
    const mails = receivers.mails.length
    await bench.start()
    await expect.poll(() => receivers.mails.length, patient).toBe(mails + 1)
    expect(receivers.mails.at(-1)?.text).toContain('nearly full')
    expect(receivers.mails.at(-1)?.text).not.toContain('rejected')
    receivers.status = 200
    const first = (): ReceivedAlarms | undefined => receivers.webhooks[0]
    await expect.poll(first, patient).toMatchObject({ alarms: [{ kind: 'diskLow', news: 'raised' }] })
  })
})
