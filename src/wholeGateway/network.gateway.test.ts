import dns from 'node:dns'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CrmStub, json, startCrmStub, type StubAnswer, type StubRequest } from '../testing/crmStub.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { HalfOpenProxy } from './halfOpenProxy.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { makeCertificate, rsaPair } from '../testing/x509.ts'

/** The network between the gateway and a CiviCRM that is well itself. */

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:crm'
const patient = { timeout: 30_000, interval: 50 }
const quick = { least: 50, first: 50, most: 200 }

/** Queue rows of the bounces that CiviCRM has, and the bounces as they came. */
let bounces: string[]
let recorded: object[]
let stub: CrmStub
let bench: GatewayBench
let feed: SiteFeed
let queueId = 3000
/** Undone after each test, the last first. */
let undo: (() => unknown)[]

/** A CiviCRM as an administrator sees it. */
function answer({ path, fields }: StubRequest): StubAnswer {
  const values = (rows: readonly object[]) => json({ values: rows, version: 4, count: rows.length })
  if (path.includes('authx/id')) return json({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' })
  if (path.includes('api4/Contact/get')) return values([{ id: 4 }])
  if (path.includes('api4/MailingEventQueue/get')) return values(queueRows(fields['params'] ?? '{}'))
  if (path.includes('api4/MailingEventBounce/get')) return values(recorded)
  if (path.includes('api4/')) return values([])
  const calls: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = JSON.parse(
    fields['json'] ?? '[]',
  )
  bounces.push(...calls.map(([, , given]) => String(given['event_queue_id'])))
  // On a slow machine an answer may come too late: a look must find what is there.
  for (const [, , given] of calls)
    recorded.push({
      id: recorded.length + 1,
      event_queue_id: given['event_queue_id'],
      bounce_reason: JSON.stringify(given),
    })
  return json(calls.map(([, , given]) => ({ is_error: 0, version: 3, values: given })))
}

/** The rows that are asked for by their ids, all as they were when the mailing went out. */
function queueRows(params: string): readonly object[] {
  const { where }: { readonly where: readonly (readonly [string, string, readonly number[]])[] } = JSON.parse(params)
  const ids = where.find(([field]) => field === 'id')?.[2] ?? []
  return ids.map((id) => ({
    id,
    hash,
    contact_id: id,
    email_id: id,
    'email_id.email': addressOf(id),
    'email_id.reset_date': null,
    site_now: '2026-11-24 12:00:00',
  }))
}

const hash = 'zzinafzl1gunbnsy'
const addressOf = (id: number): string => `p${id}@example.net`

beforeEach(async () => {
  bounces = []
  recorded = []
  stub = await startCrmStub(answer)
  bench = await GatewayBench.make({
    alarmPace: { gatherMs: 0, everyMs: 0, calmMs: 0, patience: 0, lookMs: 100 },
    recorderLimits: { lateStartMs: 500, breaker: { tolerated: 0, short: quick, open: quick, repair: quick } },
  })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  undo = [async () => stub.close(), async () => bench[Symbol.asyncDispose]()]
})
afterEach(async () => {
  for (const step of undo.toReversed()) await step()
})

async function siteAt(url: string): Promise<void> {
  await bench.saveSite(
    {
      id: 'main',
      name: 'main',
      topics: [topicArn],
      mode: 'record',
      mail: { domains: ['crm.example.org'], localpart: 'bounce+' },
      crm: { type: 'civicrm', url, timeoutSeconds: 1, longestRequestSeconds: 1 },
    },
    'key',
  )
}

/** Posts a bounce. @returns the id of its queue row, after the gateway has acknowledged it */
async function bounce(): Promise<string> {
  queueId += 1
  const row = { jobId: 2, queueId, hash, email: addressOf(queueId) }
  expect(await bench.post(feed.report('bounce/Permanent/General', feed.mailing(row)))).toBe(200)
  return String(queueId)
}

async function alarms(): Promise<string> {
  return JSON.stringify(await bench.ask(['alarms']))
}

const stubPort = (): number => Number(new URL(stub.url).port)

describe('a CiviCRM', () => {
  it('to which the link dies without a word gets each bounce once when there is a new link', async () => {
    const proxy = await HalfOpenProxy.start({ host: '127.0.0.1', port: stubPort() })
    undo.splice(1, 0, async () => proxy.close())
    await siteAt(`http://127.0.0.1:${proxy.port}`)
    const sent = [await bounce()]
    await expect.poll(() => bounces, patient).toEqual(sent)
    await bench.recorded()
    proxy.die()
    sent.push(await bounce(), await bounce())
    await expect.poll(alarms, patient).toContain('"breakerOpen"')
    proxy.comeBack()
    await bench.recorded()
    expect(bounces.toSorted()).toEqual(sent)
    await expect.poll(alarms, patient).not.toContain('"breakerOpen"')
  })

  it('whose name cannot be resolved gets everything when it can be', async () => {
    const lookup = vi.spyOn(dns, 'lookup')
    undo.push(() => lookup.mockRestore())
    await siteAt(`http://crm.example.org:${stubPort()}`)
    // The last argument, whatever stands before it.
    const fail = (...args: readonly unknown[]): void => {
      const done: unknown = args.at(-1)
      if (typeof done === 'function') done(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }))
    }
    lookup.mockImplementation(fail)
    const sent = [await bounce(), await bounce()]
    await expect.poll(alarms, patient).toContain('EAI_AGAIN')
    lookup.mockImplementation((...args: readonly unknown[]): void => {
      const done: unknown = args.at(-1)
      const [, options] = args
      const all = typeof options === 'object' && options !== null && 'all' in options && options.all === true
      if (typeof done !== 'function') return
      if (all) done(null, [{ address: '127.0.0.1', family: 4 }])
      else done(null, '127.0.0.1', 4)
    })
    await bench.recorded()
    expect(bounces.toSorted()).toEqual(sent)
  })

  it('whose certificate has expired gets everything when it is renewed, and a person is told why', async () => {
    const pair = rsaPair()
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
    const day = 86_400_000
    const certificate = (from: number, to: number): string => {
      const [validFrom, validTo] = [Date.now() + from * day, Date.now() + to * day]
      return makeCertificate(
        { publicKey: pair.publicKey, commonName: 'localhost', validFrom, validTo },
        pair.privateKey,
      )
    }
    const [expired, renewed] = [certificate(-90, -1), certificate(-1, 90)]
    const authorities = getCACertificates('default')
    setDefaultCACertificates([...authorities, expired, renewed])
    undo.push(() => setDefaultCACertificates(authorities))
    const front = await tlsFront({ key, cert: expired }, stubPort())
    undo.splice(1, 0, async () => front.close())

    await siteAt(`https://localhost:${front.port}`)
    const sent = [await bounce(), await bounce()]
    await expect.poll(alarms, patient).toContain('certificate has expired')
    front.renew({ key, cert: renewed })
    await bench.recorded()
    expect(bounces.toSorted()).toEqual(sent)
    await expect.poll(alarms, patient).not.toContain('certificate has expired')
  })
})

/** TLS in front of what speaks without. */
async function tlsFront(options: TlsOptions, port: number) {
  const sockets = new Set<Socket>()
  const server = createTlsServer(options, (near) => {
    const far = connect({ host: '127.0.0.1', port })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.pipe(far)
    far.pipe(near)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    renew: (renewed: TlsOptions) => server.setSecureContext(renewed),
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
