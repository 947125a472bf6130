import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  type CrmStub,
  everybodyAsked,
  json,
  startCrmStub,
  type StubAnswer,
  type StubRequest,
} from '../testing/crmStub.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const patient = { timeout: 20_000, interval: 50 }

/** Whether somebody has taken the key's permissions away. */
let isLocked = false

function civicrm(request: StubRequest): StubAnswer {
  const { path, fields } = request
  if (isLocked) return json({ error: 'key' }, 401)
  if (path.includes('authx/id')) return json({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' })
  if (path.includes('api4/MailingEvent'))
    return json({ error_code: '1', error_message: 'Sorry an error occurred', status: 403 }, 403)
  if (path.includes('api4/Contact/get')) return json({ values: [{ id: 4 }], version: 4, count: 1 })
  if (path.includes('api4/Contact/checkAccess')) return json({ values: [{ access: true, id: 4 }] })
  if (path.includes('api4/Email/get')) return everybodyAsked(request)
  if (path.includes('api4/')) return json({ values: [], entity: 'Email', action: 'get', version: 4, count: 0 })
  const calls: readonly (readonly [string, string, object])[] = JSON.parse(fields['json'] ?? '[]')
  return json(
    calls.map(([, , values]) =>
      'event_queue_id' in values
        ? { is_error: 0, version: 3, values }
        : { is_error: 1, error_code: 'mandatory_missing', error_message: 'Mandatory key(s) missing' },
    ),
  )
}

let stub: CrmStub
let bench: GatewayBench
let feed: SiteFeed
let queueId = 3000

beforeAll(async () => {
  stub = await startCrmStub(civicrm)
  bench = await GatewayBench.make()
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--url', stub.url, '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options, '--api-key-stdin'], { stdin: 'key' })
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await stub.close()
})

/** How the gateway stands with the site. */
const lane = async (): Promise<unknown> => ((await bench.ask(['sites', 'show', 'main'])) as { lane: unknown }).lane

/** A bounce that the site refuses to take, and is left alone for. */
async function refuseOne(): Promise<void> {
  isLocked = true
  const reader = { jobId: 2, queueId: (queueId += 1), hash: 'zzinafzl1gunbnsy', email: `reader${queueId}@example.org` }
  expect(await bench.post(feed.report('bounce/Permanent/General', feed.mailing(reader)))).toBe(200)
  await expect.poll(lane, patient).toMatchObject({ fault: expect.any(String), notBefore: expect.any(Number) })
}
beforeEach(refuseOne)

it('goes on at once with a site that was repaired', async () => {
  expect((await bench.command(['status'])).out).toContain('go on at once: civicrm-ses sites resume SITE')
  isLocked = false
  expect((await bench.command(['sites', 'resume', 'main'])).out).toContain('main is called now.')
  await bench.recorded()
  expect(await lane()).toMatchObject({ fault: null, notBefore: null })
  expect(await bench.ask(['events', '--state', 'done', '--recipient', `reader${queueId}@example.org`])).toHaveLength(1)
})

it('goes on with it when it has passed a test, and says so; one that failed changes nothing', async () => {
  const { notBefore } = (await lane()) as { readonly notBefore: number }
  expect(await bench.command(['sites', 'test', 'main'])).toMatchObject({
    code: 1,
    out: expect.not.stringContaining('goes on with it'),
  })
  expect(await lane()).toMatchObject({ notBefore })
  isLocked = false
  const { code, out } = await bench.command(['sites', 'test', 'main'])
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('The gateway goes on with it now.') })
  await bench.recorded()
  expect(await lane()).toMatchObject({ fault: null, notBefore: null })
  expect((await bench.command(['sites', 'test', 'main'])).out).not.toContain('goes on with it')
})

it('does not undo what a person has paused: he is to say how it goes on', async () => {
  await bench.ask(['sites', 'pause', 'main'])
  isLocked = false
  const { code, err } = await bench.command(['sites', 'resume', 'main'])
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/SITE_PAUSED.*sites record SITE/s) })
  expect(await bench.ask(['sites', 'test', 'main'])).toMatchObject({ ok: true, resumed: false })
  await bench.ask(['sites', 'record', 'main'])
  await bench.recorded()
})

it('makes it due where no gateway runs, for the next one', async () => {
  await bench.stop()
  isLocked = false
  expect((await bench.command(['sites', 'resume', 'main'])).out).toContain('No gateway runs here.')
  await bench.start()
  await bench.recorded()
  expect(await bench.ask(['events', '--state', 'done', '--recipient', `reader${queueId}@example.org`])).toHaveLength(1)
})
