import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import type { IngestEvents } from '../ingest/events.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { HttpServer } from '../ingest/http/server.ts'
import { type Health, healthOf } from './health.ts'
import { countIngest } from './ingestMetrics.ts'
import { type MetricSources, addGauges, createRegistry } from './metrics.ts'
import { type OpsParts, opsRoutes } from './routes.ts'

const queueArn = 'arn:aws:sqs:eu-west-1:111122223333:ses'

const facts = {
  now: 0,
  stopping: false,
  databaseWritable: true,
  diskLow: false,
  freeBytes: null,
  backlog: [],
  openBreakers: 0,
  failingQueues: 0,
  alarms: 0,
}

function setUp(more: Partial<OpsParts> = {}, given: Partial<MetricSources> = {}) {
  const registry = createRegistry()
  const events = new Emitter<IngestEvents>()
  const end = countIngest(events, registry)
  const time = new FakeTime()
  const sources: MetricSources = {
    clock: time,
    timers: time,
    backlog: async () => [{ site: 'main', waiting: 7, oldestReceivedAt: time.now() - 90_000 }],
    deadLetters: async () => 2,
    effects: async () => [
      { site: 'main', effect: 'bounce', state: 'done', count: 5 },
      { site: 'main', effect: 'bounce', state: 'uncertain', count: 1 },
    ],
    confirmations: async () => [{ state: 'pending' }, { state: 'pending' }, { state: 'confirmed' }],
    openBreakers: () => ['main'],
    queues: () => [{ arn: queueArn, state: 'failing', ageMs: 90_000, waiting: 7 }],
    refusedMessages: async () => 3,
    alarms: () => [{ kind: 'deadLetter' }, { kind: 'deadLetter' }, { kind: 'diskLow' }],
    freeBytes: () => 1234,
    ...given,
  }
  addGauges(registry, sources)
  const app = fastify()
  app.register(opsRoutes({ health: async () => healthOf(facts), registry, metricsAccess: 'loopback', ...more }))
  const metrics = async (): Promise<string> => (await app.inject('/metrics')).body
  return { app, registry, events, end, metrics, time }
}

describe('/healthz and /readyz', () => {
  it('say that the process lives and can store', async () => {
    const { app } = setUp()
    const alive = await app.inject('/healthz')
    expect([alive.statusCode, alive.json()]).toEqual([200, { status: 'ok' }])
    const ready = await app.inject('/readyz')
    expect([ready.statusCode, ready.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(ready.json()).toMatchObject({ status: 'ok', checks: { database: 'ok' } })
  })

  it.each<[string, Health, number]>([
    ['degraded', healthOf({ ...facts, openBreakers: 1 }), 200],
    ['unready', healthOf({ ...facts, databaseWritable: false }), 503],
  ])('%s has its status', async (status, health, code) => {
    const { app } = setUp({ health: async () => health })
    const response = await app.inject('/readyz')
    expect([response.statusCode, response.json()]).toMatchObject([code, { status }])
    expect((await app.inject('/healthz')).statusCode).toBe(200)
  })
})

describe('/metrics', () => {
  it('counts what comes in, with bounded labels', async () => {
    const { events, metrics, end } = setUp()
    events.emit('accepted', { channel: 'https', outcome: 'stored', site: 'main' })
    events.emit('accepted', { channel: 'https', outcome: 'stored', site: 'other' })
    events.emit('accepted', { channel: 'https', outcome: 'duplicate', site: 'main' })
    const refused = { at: 0, channel: 'https', reason: 'r', topicArn: 'arn:stranger', addressed: 'nobody' } as const
    events.emit('refused', { ...refused, code: 'SNS_SIGNATURE_INVALID' })
    events.emit('answered', { status: 200, elapsedMs: 3 })
    events.emit('confirmationKept', { state: 'pending', topicArn: 'arn:stranger', addressed: '', fresh: true })
    events.emit('confirmationTried', { outcome: 'confirmed', topicArn: 'arn:t', site: 'main', detail: '' })
    events.emit('unsubscribed', { topicArn: 'arn:t', site: 'main' })
    events.emit('fault', { where: 'x', error: new Error('x') })
    events.emit('queueWorked', { queue: queueArn, received: 10, deleted: 6, refused: 1, left: 3 })
    events.emit('queueTrouble', { queue: queueArn, reason: 'AccessDenied' })
    const text = await metrics()
    for (const line of [
      'civicrm_ses_accepted_total{channel="https",outcome="stored"} 2',
      'civicrm_ses_accepted_total{channel="https",outcome="duplicate"} 1',
      'civicrm_ses_refused_total{reason="SNS_SIGNATURE_INVALID"} 1',
      'civicrm_ses_answer_seconds_bucket{le="0.0025",status="200"} 0',
      'civicrm_ses_answer_seconds_bucket{le="0.005",status="200"} 1',
      'civicrm_ses_confirmations_kept_total{state="pending"} 1',
      'civicrm_ses_confirmation_attempts_total{outcome="confirmed"} 1',
      'civicrm_ses_unsubscribed_total 1',
      'civicrm_ses_ingest_faults_total 1',
      `civicrm_ses_queue_messages_total{queue="${queueArn}",outcome="received"} 10`,
      `civicrm_ses_queue_messages_total{queue="${queueArn}",outcome="deleted"} 6`,
      `civicrm_ses_queue_messages_total{queue="${queueArn}",outcome="refused"} 1`,
      `civicrm_ses_queue_messages_total{queue="${queueArn}",outcome="left"} 3`,
      `civicrm_ses_queue_failures_total{queue="${queueArn}"} 1`,
    ])
      expect(text).toContain(`${line}\n`)
    expect(text).not.toMatch(/stranger|nobody/)
    end()
    events.emit('unsubscribed', { topicArn: 'arn:t', site: 'main' })
    expect(await metrics()).toContain('civicrm_ses_unsubscribed_total 1\n')
  })

  it('shows how things stand, and of the process itself', async () => {
    const { metrics } = setUp()
    await metrics()
    const text = await metrics()
    for (const line of [
      'civicrm_ses_backlog{site="main"} 7',
      'civicrm_ses_backlog_age_seconds{site="main"} 90',
      'civicrm_ses_dead_letters 2',
      'civicrm_ses_effects{site="main",effect="bounce",state="done"} 5',
      'civicrm_ses_effects{site="main",effect="bounce",state="uncertain"} 1',
      'civicrm_ses_confirmations{state="pending"} 2',
      'civicrm_ses_confirmations{state="due"} 0',
      'civicrm_ses_breaker_open{site="main"} 1',
      'civicrm_ses_alarms_active{kind="deadLetter"} 2',
      'civicrm_ses_disk_free_bytes 1234',
    ])
      expect(text).toContain(`${line}\n`)
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    expect(text).toContain('nodejs_heap_size_used_bytes')
  })

  it('are there without what the database does not say, or not soon', async () => {
    const unsaid = {
      deadLetters: async (): Promise<number> => Promise.reject(new Error('database is locked')),
      effects: async (): Promise<never> => new Promise(() => undefined),
      freeBytes: () => null,
    }
    const { metrics, time } = setUp({}, unsaid)
    const reading = metrics()
    await expect.poll(() => time.timers.length).toBe(1)
    await time.advance(3000)
    const text = await reading
    expect(text).toContain('civicrm_ses_backlog{site="main"} 7\n')
    expect(text).toContain('civicrm_ses_queue_refused_kept 3\n')
    expect(text).not.toMatch(/^civicrm_ses_(?:dead_letters|effects|disk_free_bytes)\b/m)
  })

  it.each([
    ['loopback', '127.0.0.1', {}, 200],
    ['loopback', '192.0.2.1', {}, 404],
    ['loopback', '127.0.0.1', { 'x-forwarded-for': '192.0.2.1' }, 404],
    ['any', '192.0.2.1', {}, 200],
    ['off', '127.0.0.1', {}, 404],
  ] as const)('with access %s are answered to %s %j: %i', async (metricsAccess, remoteAddress, headers, status) => {
    const { app } = setUp({ metricsAccess })
    const response = await app.inject({ url: '/metrics', remoteAddress, headers })
    expect(response.statusCode).toBe(status)
  })
})

describe('beside the webhook', () => {
  it('are served by the same listener, whatever the webhook is closed for', async () => {
    const registry = createRegistry()
    const time = new FakeTime()
    const server = new HttpServer({
      acceptor: { accept: async () => ({ outcome: 'stored' }) },
      events: new Emitter<IngestEvents>(),
      clock: time,
      timers: time,
      closedFor: () => 'GATEWAY_DISK_LOW',
      isSite: () => true,
      plugins: [
        opsRoutes({ health: async () => healthOf({ ...facts, diskLow: true }), registry, metricsAccess: 'loopback' }),
      ],
    })
    const { port } = await server.start({ host: '127.0.0.1', port: 0 })
    const get = async (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`)
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(503)
    expect((await get('/metrics')).headers.get('content-type')).toContain('text/plain')
    expect((await get('/sns/main')).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`, { method: 'POST', body: '{}' })).status).toBe(404)
    await server.stop(1000)
  })
})
