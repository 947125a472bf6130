import inject, { type InjectOptions } from 'light-my-request'
import { afterEach, describe, expect, it } from 'vitest'
import { Emitter } from '../../emitter.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { FakeTime } from '../../testing/fakeTime.ts'
import { MemoryInbox, storageFault } from '../../testing/memoryInbox.ts'
import { MemorySettings, testSite } from '../../testing/memorySettings.ts'
import { createSnsSigner, notificationFields } from '../../testing/snsSigner.ts'
import { Acceptor } from '../accept.ts'
import type { Answered, IngestEvents, Refused } from '../events.ts'
import { CachedKeys } from '../sns/certificates/cachedKeys.ts'
import { SnsVerifier } from '../sns/verifier.ts'
import type { HttpLimits } from './limits.ts'
import { HttpServer } from './server.ts'

const topic = notificationFields['TopicArn'] ?? ''
const signer = createSnsSigner()
const genuine = JSON.stringify(signer.sign(notificationFields), null, 2)
const webhook = '/civicrm/ses/webhook'

const open: HttpServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (server) => server.stop(0)))
})

/** The real way from the request to the inbox; only disk, network and time are not. */
function setUp(limits: Partial<HttpLimits> = {}) {
  const time = new FakeTime()
  const events = new Emitter<IngestEvents>()
  const refused: Refused[] = []
  const answered: Answered[] = []
  events.on('refused', (one) => refused.push(one))
  events.on('answered', (one) => answered.push(one))
  const inbox = new MemoryInbox()
  const settings = new MemorySettings(testSite('main', [topic]), testSite('other'))
  const certificates = { load: async () => ({ ok: true, bytes: Buffer.from(signer.pem) }) as const }
  const verifier = new SnsVerifier(new CachedKeys(certificates, time))
  const acceptor = new Acceptor({
    inbox,
    settings,
    verifier,
    chooseSite: () => '',
    clock: time,
    events,
    onConfirmationDue: () => undefined,
  })
  const gate: { closed: ErrorCode | null } = { closed: null }
  const server = new HttpServer({
    acceptor,
    events,
    clock: time,
    timers: time,
    closedFor: () => gate.closed,
    isSite: (id) => settings.site(id) !== null,
    limits,
  })
  open.push(server)
  const ask = async (options: InjectOptions) => {
    await server.ready()
    return inject((request, response) => server.node.emit('request', request, response), options)
  }
  const post = async (payload: string | Buffer, url = webhook, headers: Record<string, string> = {}) =>
    ask({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
    })
  return { server, inbox, refused, answered, gate, post, inject: ask }
}

function padded(bytes: number): Buffer {
  return Buffer.concat([Buffer.from(genuine), Buffer.alloc(bytes - Buffer.byteLength(genuine), ' ')])
}

describe('POST', () => {
  it.each([
    [webhook, ''],
    ['/?page=CiviCRM&q=civicrm%2fses%2fwebhook', ''],
    ['/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook', ''],
    ['/?civiwp=CiviCRM&q=CiviCRM/ses/Webhook', ''],
    ['/index.php?option=com_civicrm&task=civicrm/ses/webhook', ''],
    ['/crm/civicrm/ses/webhook/', ''],
    ['/sns/main', 'main'],
  ])('of a genuine notification to %s stores it byte for byte', async (url, addressed) => {
    const { post, inbox, answered } = setUp()
    const response = await post(genuine, url)
    expect([response.statusCode, response.body]).toEqual([200, 'Stored.\n'])
    expect(inbox.stored).toMatchObject([{ addressed, site: 'main', topicArn: topic }])
    expect(Buffer.from(inbox.stored[0]!.raw).toString()).toBe(genuine)
    expect(answered).toMatchObject([{ status: 200 }])
    expect(answered[0]?.elapsedMs).toBeGreaterThan(0)
  })

  it.each([
    'application/json',
    'text/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'nonsense',
    ';;;',
    '',
  ])('is read whatever its type: %s', async (type) => {
    const { post } = setUp()
    expect((await post(genuine, webhook, { 'content-type': type })).statusCode).toBe(200)
  })

  it('is read without a type', async () => {
    const { inject } = setUp()
    const response = await inject({ method: 'POST', url: webhook, payload: Buffer.from(genuine) })
    expect(response.statusCode).toBe(200)
  })

  it('is answered in plain text that no browser or cache takes for anything else', async () => {
    const { post } = setUp()
    const { headers } = await post(genuine)
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers).not.toHaveProperty('server')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('location')
  })

  it('of one message many times at once stores it once, and all are told so', async () => {
    const { post, inbox } = setUp()
    const responses = await Promise.all(Array.from({ length: 20 }, async () => post(genuine)))
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(responses.filter(({ body }) => body === 'Stored.\n')).toHaveLength(1)
    expect(inbox.stored).toHaveLength(1)
  })

  it.each<[string, string | Buffer, number, ErrorCode]>([
    ['nothing', '', 400, 'SNS_BODY_UNREADABLE'],
    ['text', 'hello', 400, 'SNS_BODY_UNREADABLE'],
    ['a form', 'payload=%7B%7D', 400, 'SNS_BODY_UNREADABLE'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400, 'SNS_BODY_UNREADABLE'],
    ['UTF-16', Buffer.from(`\ufeff${genuine}`, 'utf16le'), 400, 'SNS_BODY_UNREADABLE'],
    ['a list', '[]', 400, 'SNS_BODY_UNREADABLE'],
    ['an empty object', '{}', 400, 'SNS_ENVELOPE_INVALID'],
    ['a record without envelope', '{"eventType":"Bounce"}', 400, 'SNS_RAW_DELIVERY'],
    ['one changed letter (D28)', genuine.replace('Grüße', 'Grütze'), 403, 'SNS_SIGNATURE_INVALID'],
    [
      'a foreign topic',
      JSON.stringify(signer.sign({ ...notificationFields, TopicArn: 'arn:aws:sns:eu-west-1:999999999999:ses' })),
      403,
      'SNS_TOPIC_NOT_ALLOWED',
    ],
    ['another certificate host', genuine.replace('//sns.', '//evil.'), 403, 'SNS_CERTIFICATE_URL'],
  ])('of %s is refused for good', async (_name, payload, status, code) => {
    const { post, inbox, refused } = setUp()
    const response = await post(payload)
    expect(response.statusCode).toBe(status)
    expect(response.body).toMatch(new RegExp(`^${code}: .*\\n$`))
    expect(refused).toMatchObject([{ code, channel: 'https' }])
    expect(inbox.stored).toEqual([])
  })

  it('of a body that is packed is refused, not unpacked', async () => {
    const { post, refused } = setUp()
    const { gzipSync } = await import('node:zlib')
    const response = await post(gzipSync(genuine), webhook, { 'content-encoding': 'gzip' })
    expect(response.statusCode).toBe(400)
    expect(refused).toMatchObject([{ code: 'SNS_BODY_UNREADABLE' }])
  })

  it.each([
    ['x-amz-sns-message-id', 'another'],
    ['x-amz-sns-message-type', 'SubscriptionConfirmation'],
    ['x-amz-sns-topic-arn', `${topic}2`],
  ])('with a header %s that contradicts the body is refused', async (name, value) => {
    const { post, refused } = setUp()
    expect((await post(genuine, webhook, { [name]: value })).statusCode).toBe(400)
    expect(refused).toMatchObject([{ code: 'SNS_HEADER_MISMATCH' }])
  })

  it('marked as raw delivery is refused by that name, and its topic is known', async () => {
    const { post, refused } = setUp()
    const headers = { 'x-amz-sns-rawdelivery': 'true', 'x-amz-sns-topic-arn': topic }
    expect((await post('{"eventType":"Bounce"}', webhook, headers)).statusCode).toBe(400)
    expect(refused).toMatchObject([{ code: 'SNS_RAW_DELIVERY', topicArn: topic }])
  })

  it('to a site that is not there is 404, to one that does not allow the topic 403', async () => {
    const { post, refused } = setUp()
    expect((await post(genuine, '/sns/nobody')).statusCode).toBe(404)
    expect((await post(genuine, '/sns/other')).statusCode).toBe(403)
    expect(refused).toMatchObject([
      { code: 'SITE_UNKNOWN', addressed: 'nobody' },
      { code: 'SNS_TOPIC_NOT_ALLOWED', addressed: 'other' },
    ])
  })

  it('that the database cannot take is 503, and 200 when it can again', async () => {
    const { post, inbox } = setUp()
    inbox.fault = storageFault()
    expect((await post(genuine)).statusCode).toBe(503)
    inbox.fault = new TypeError('unforeseen')
    const response = await post(genuine)
    expect(response.statusCode).toBe(503)
    expect(response.body).not.toContain('unforeseen')
    inbox.fault = null
    expect((await post(genuine)).statusCode).toBe(200)
  })

  it('is 503 with the reason while nothing is taken on', async () => {
    const { post, gate, refused, inbox } = setUp()
    gate.closed = 'GATEWAY_DISK_LOW'
    const response = await post(genuine)
    expect(response.statusCode).toBe(503)
    expect(response.body).toContain('GATEWAY_DISK_LOW')
    expect(refused).toMatchObject([{ code: 'GATEWAY_DISK_LOW', addressed: '' }])
    expect(inbox.stored).toEqual([])
  })

  it('beyond the number in work is 503', async () => {
    const { post, inbox, refused } = setUp({ inWork: 2 })
    const disk = Promise.withResolvers<void>()
    inbox.disk = disk.promise
    const early = [post(genuine), post(genuine)]
    const late = await post(genuine)
    expect(late.statusCode).toBe(503)
    expect(refused).toMatchObject([{ code: 'GATEWAY_OVERLOADED' }])
    disk.resolve()
    expect((await Promise.all(early)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect((await post(genuine)).statusCode).toBe(200)
  })

  it('is 503 while the bodies that wait for the disk fill the memory that they may, and 200 when they are stored', async () => {
    const { post, inbox, refused } = setUp({ heldBytes: 2 * Buffer.byteLength(genuine) + 100 })
    const disk = Promise.withResolvers<void>()
    inbox.disk = disk.promise
    const early = [post(genuine), post(genuine)]
    expect((await post(genuine)).statusCode).toBe(503)
    expect((await post('no message')).statusCode).toBe(400)
    expect(refused.map(({ code }) => code)).toEqual(['GATEWAY_OVERLOADED', 'SNS_BODY_UNREADABLE'])
    disk.resolve()
    expect((await Promise.all(early)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
    for (let time = 0; time < 5; time++) expect((await post(genuine)).statusCode).toBe(200)
  })

  it('of exactly the largest body is read, of one byte more is 413', async () => {
    const { post, refused } = setUp({ bodyBytes: 4096 })
    expect((await post(padded(4096))).statusCode).toBe(200)
    const response = await post(padded(4097))
    expect([response.statusCode, refused[0]?.code]).toEqual([413, 'HTTP_BODY_TOO_LARGE'])
  })
})

describe('other requests', () => {
  it.each([webhook, '/?page=CiviCRM&q=civicrm%2fses%2fwebhook', '/sns/main'])(
    'GET %s explains itself in a sentence',
    async (url) => {
      const { inject, gate } = setUp()
      gate.closed = 'GATEWAY_DISK_LOW'
      const response = await inject({ method: 'GET', url })
      expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
      expect(response.body).toMatch(/^civicrm-ses .*SNS.*\.\n$/)
    },
  )

  it('GET at the address of a site that is not there is 404, as the POST is', async () => {
    const { inject, post } = setUp()
    const get = await inject({ method: 'GET', url: '/sns/nobody' })
    expect([get.statusCode, get.body]).toEqual([404, expect.stringMatching(/^SITE_UNKNOWN: .* does not have\.\n$/)])
    const posted = await post(genuine, '/sns/nobody')
    expect([posted.statusCode, posted.body]).toEqual([404, get.body])
    expect((await inject({ method: 'HEAD', url: '/sns/nobody' })).statusCode).toBe(404)
  })

  it('HEAD is GET without a body', async () => {
    const { inject } = setUp()
    const get = await inject({ method: 'GET', url: webhook })
    const head = await inject({ method: 'HEAD', url: webhook })
    expect([head.statusCode, head.body]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('%s is 405', async (method) => {
    const { inject, refused } = setUp()
    const response = await inject({ method, url: webhook, payload: '{}' })
    expect([response.statusCode, response.headers['allow']]).toEqual([405, 'GET, HEAD, POST'])
    expect(refused).toEqual([])
  })

  it.each(['/', '/wp-login.php', '/civicrm', '/.env', `/${'a'.repeat(5000)}`])('anything at %s is 404', async (url) => {
    const { inject, inbox } = setUp()
    for (const method of ['GET', 'POST', 'PUT'] as const) {
      const response = await inject({ method, url, payload: genuine })
      expect([method, response.statusCode]).toEqual([method, 404])
      expect(response.body).toBe('There is nothing at this address.\n')
    }
    expect(inbox.stored).toEqual([])
  })

  it('with an address that cannot be decoded are refused in plain text', async () => {
    const { inject } = setUp()
    const response = await inject({ method: 'POST', url: '/%zz', payload: genuine })
    expect(response.statusCode).toBe(400)
    expect(response.body).toBe('The request is malformed.\n')
  })
})
