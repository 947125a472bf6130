import { describe, expect, it } from 'vitest'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import type { Clock } from '../../clock.ts'
import {
  type BadAnswer,
  badAnswers,
  json,
  stubForTest,
  type StubAnswer,
  type StubReply,
  type StubRequest,
} from '../../testing/crmStub.ts'
import { type BounceToRecord, type Crm, CrmError } from '../crm.ts'
import type { Credential } from './connection.ts'
import { RemoteCrm } from './remoteCrm.ts'

const clock = { now: () => Date.UTC(2026, 10, 24, 18) }

function remoteCrm(
  url: string,
  timeoutSeconds = 30,
  time: Clock = clock,
  timeZone: string | null = null,
  credential: Credential = { apiKey: 'key-of-a-test', siteKey: null },
): RemoteCrm {
  return new RemoteCrm({
    settings: {
      type: 'civicrm',
      url,
      urlForm: 'clean',
      timeoutSeconds,
      longestRequestSeconds: 300,
      batchSize: 2,
      requestsAtOnce: 4,
      requestsPerSecond: null,
      timeZone,
    },
    credential,
    bounceTypes: defaultBounceTypes,
    clock: time,
  })
}

/** A CiviCRM with nobody of the addresses asked for, whose role may do more or less. */
function siteOf(
  { path }: StubRequest,
  { seesOthers, administers }: { readonly seesOthers: boolean; readonly administers: boolean },
): StubAnswer {
  if (path.endsWith('/authx/id')) return json({ contact_id: 3, user_id: 2 })
  if (path.endsWith('/Contact/get')) return json({ values: seesOthers ? [{ id: 4 }] : [] })
  return path.includes('/MailingEvent') && !administers ? badAnswers.forbiddenJson : json({ values: [] })
}

function bounce(queueId: number): BounceToRecord {
  return {
    reference: { jobId: 1, queueId, hash: 'zzinafzl1gunbnsy', action: 'b', domain: 'crm.example.org' },
    bounceType: 'Invalid',
    reason: `[m${queueId}] Permanent/General`,
    body: 'Permanent/General',
  }
}

/** Answers as a good CiviCRM would: all bounces recorded. */
function recorded(request: StubRequest): StubAnswer {
  const calls: readonly (readonly [string, string, { readonly event_queue_id: number }])[] = JSON.parse(
    request.fields['json'] ?? '[]',
  )
  return json(calls.map(([, , params]) => ({ is_error: 0, values: params })))
}

async function judgement(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call)
  } catch (error: unknown) {
    if (!(error instanceof CrmError)) throw error
    return error.kind + (error.unknown ? '?' : '') + (error.passes ? '~' : '')
  }
}

/** Short only for those that never answer: a busy machine must not turn the others into time-outs. */
function patience(name: BadAnswer): number {
  return name === 'hang' || name === 'drip' ? 0.3 : 30
}

/** What a write ends as; a read ends the same, but is never maybe done. */
const writes: readonly (readonly [BadAnswer, string])[] = [
  ['redirect', 'address'],
  ['badKey', 'credential'],
  ['guard', 'credential'],
  ['noHeader', 'credential'],
  ['forbiddenJson', 'permission'],
  ['forbiddenPage', 'credential'],
  ['webPage', 'address'],
  ['fatalPage', 'server?~'],
  ['xml', 'address'],
  ['notFound', 'address'],
  ['empty', 'reply?~'],
  ['maintenance', 'maintenance~'],
  ['maintenancePage', 'maintenance?~'],
  ['unavailableJson', 'maintenance?~'],
  ['tooLarge', 'tooLarge~'],
  ['tooMany', 'overloaded~'],
  ['badGateway', 'overloaded?~'],
  ['gatewayTimeout', 'overloaded?~'],
  ['fault', 'server?~'],
  ['faultPage', 'server?~'],
  ['hang', 'timeout?~'],
  ['drip', 'timeout?~'],
  ['cut', 'interrupted?~'],
  ['cutInBody', 'interrupted?~'],
  ['flood', 'reply?'],
]

/** What only APIv3 says, with status 200. */
const api3: readonly (readonly [BadAnswer, string])[] = [
  ['fatal', 'credential'],
  ['unauthorized', 'permission'],
  ['malformed', 'reply?'],
  ['firewall', 'reply'],
  ['database', 'server?~'],
]

describe('a remote CiviCRM that is bad', () => {
  it.each([...writes, ...api3])('and answers %s ends a batch of bounces as %s', async (name, expected) => {
    const stub = await stubForTest(() => badAnswers[name])
    const crm = remoteCrm(stub.url, patience(name))
    expect(await judgement(crm.recordBounces([bounce(1), bounce(2)]))).toBe(expected)
    expect(stub.requests).toHaveLength(1)
  })

  it.each(writes)('and answers %s ends hold, opt-out and reads as %s', async (name, expected) => {
    const stub = await stubForTest(() => badAnswers[name])
    const crm = remoteCrm(stub.url, patience(name))
    const ends = await Promise.all([
      judgement(crm.hold([1])),
      judgement(crm.optOut([1])),
      judgement(crm.findAddresses(['a@example.org'])),
      judgement(crm.capabilities()),
    ])
    const read = expected.replace('?', '')
    expect(ends).toEqual([expected, expected, read, read])
  })

  it('and is not there ends everything as unreachable and surely not done', async () => {
    const stub = await stubForTest(() => badAnswers.hang)
    await stub.close()
    const crm = remoteCrm(stub.url)
    expect(await judgement(crm.recordBounces([bounce(1)]))).toBe('unreachable~')
    expect(await judgement(crm.optOut([1]))).toBe('unreachable~')
  })

  it.each<Credential>([
    { apiKey: '\uFEFFkey', siteKey: null },
    { apiKey: 'key', siteKey: 'a\0' },
    { apiKey: 'key'.repeat(1_000_000), siteKey: null },
  ])(
    'and whose stored key cannot be sent ends everything as a fault of the credential: nothing heals it',
    async (key) => {
      const stub = await stubForTest(recorded)
      const crm = remoteCrm(stub.url, 30, clock, null, key)
      const calls = [crm.recordBounces([bounce(1)]), crm.optOut([1]), crm.capabilities()]
      expect(await Promise.all(calls.map(judgement))).toEqual(['credential', 'credential', 'credential'])
      expect(stub.requests).toEqual([])
    },
  )

  it('and answers with too few results makes none of them known', async () => {
    const stub = await stubForTest(() => json([{ is_error: 0, values: { event_queue_id: 1 } }]))
    expect(await judgement(remoteCrm(stub.url).recordBounces([bounce(1), bounce(2)]))).toBe('reply?')
  })

  it('and fails in a later request of one call leaves the earlier ones known', async () => {
    const stub = await stubForTest((request) =>
      (request.fields['json'] ?? '').includes('"event_queue_id":3') ? badAnswers.cut : recorded(request),
    )
    const outcomes = await remoteCrm(stub.url).recordBounces([1, 2, 3, 4, 5].map((id) => bounce(id)))
    expect(outcomes).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'recorded' },
      { outcome: 'failed', retry: true, unknown: true },
      { outcome: 'failed', retry: true, unknown: true },
      { outcome: 'failed', retry: true, unknown: false },
    ])
  })
})

describe('the requests of a remote CiviCRM', () => {
  it('carry key, guard and form, and nothing a browser would send', async () => {
    const stub = await stubForTest(recorded)
    const crm = new RemoteCrm({
      settings: {
        type: 'civicrm',
        url: `${stub.url}/sub/`,
        urlForm: 'wordpress',
        timeoutSeconds: 5,
        longestRequestSeconds: 300,
        batchSize: 100,
        requestsAtOnce: 4,
        requestsPerSecond: null,
        timeZone: null,
      },
      credential: { apiKey: 'key-of-a-test', siteKey: 'guard-of-a-test' },
      bounceTypes: defaultBounceTypes,
      clock,
    })
    await crm.recordBounces([bounce(1)])
    const [request] = stub.requests
    expect(request?.path).toBe('/sub/?civiwp=CiviCRM&q=civicrm%2Fajax%2Frest')
    expect(request?.headers).toMatchObject({
      'x-civi-auth': 'Bearer key-of-a-test',
      'x-civi-key': 'guard-of-a-test',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(request?.headers).not.toHaveProperty('x-requested-with')
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).not.toHaveProperty('cookie')
    expect(request?.fields).toMatchObject({ entity: 'api3', action: 'call' })
  })

  it('batch bounces in order', async () => {
    const stub = await stubForTest(recorded)
    const outcomes = await remoteCrm(stub.url).recordBounces([5, 4, 3, 2, 1].map((id) => bounce(id)))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(5).fill('recorded'))
    const sent = stub.requests.flatMap(({ fields }) => (fields['json'] ?? '').match(/"event_queue_id":\d/g) ?? [])
    expect(sent.join().replaceAll(/[^\d,]/g, '')).toBe('5,4,3,2,1')
    expect(stub.requests).toHaveLength(3)
  })

  it('send what must not happen twice over a connection of its own, reads over a kept one', async () => {
    const stub = await stubForTest((request) =>
      request.path.endsWith('/rest') ? recorded(request) : json({ values: [{ id: 1 }] }),
    )
    const crm = remoteCrm(stub.url)
    for (const id of [1, 2, 3, 4]) await crm.hold([id])
    for (const id of [1, 2]) await crm.recordBounces([bounce(id)])
    const connections = stub.requests.map(({ connection }) => connection)
    const kept = new Set(connections.slice(0, 4))
    expect(kept.size).toBeLessThan(4)
    expect(new Set([...kept, ...connections.slice(4)]).size).toBe(kept.size + 2)
    await crm.close()
  })

  it('ask for nothing where nothing is asked', async () => {
    const stub = await stubForTest(() => badAnswers.fault)
    const crm: Crm = remoteCrm(stub.url)
    expect(await crm.recordBounces([])).toEqual([])
    expect(await crm.findAddresses([])).toEqual([])
    expect(await crm.optOut([])).toEqual([])
    expect(await crm.hold([])).toEqual([])
    expect(stub.requests).toEqual([])
  })
})

describe('the reads of a remote CiviCRM', () => {
  const row = { id: 7, contact_id: 8, on_hold: 0, reset_date: null, 'contact_id.is_opt_out': false }

  it('do not believe an empty list of an anonymous reader', async () => {
    const stub = await stubForTest((request) =>
      request.path.endsWith('/authx/id') ? json({ contact_id: null, user_id: null }) : json({ values: [] }),
    )
    expect(await judgement(remoteCrm(stub.url).findAddresses(['a@example.org']))).toBe('credential')
  })

  it('do not believe an empty list of a role that sees nobody', async () => {
    const stub = await stubForTest((request) =>
      request.path.endsWith('/authx/id') ? json({ contact_id: 3, user_id: 2 }) : json({ values: [] }),
    )
    expect(await judgement(remoteCrm(stub.url).capabilities())).toBe('permission')
  })

  it('believe an empty list once the login was seen, and do not ask again at once', async () => {
    const stub = await stubForTest((request) => siteOf(request, { seesOthers: true, administers: false }))
    const crm = remoteCrm(stub.url)
    expect(await crm.findAddresses(['a@example.org'])).toEqual([])
    expect(await crm.findAddresses(['b@example.org'])).toEqual([])
    expect(stub.requests.filter(({ path }) => path.endsWith('/authx/id'))).toHaveLength(1)
  })

  it('do not believe an empty list of a role that has lost the sight of people since', async () => {
    const time = { at: clock.now() }
    const role = { seesOthers: true, administers: false }
    const stub = await stubForTest((request) => siteOf(request, role))
    const crm = remoteCrm(stub.url, 30, { now: () => time.at })
    expect(await crm.findAddresses(['a@example.org'])).toEqual([])
    role.seesOthers = false
    time.at += 60_000
    expect(await judgement(crm.findAddresses(['a@example.org']))).toBe('permission')
    role.seesOthers = true
    expect(await crm.findAddresses(['a@example.org'])).toEqual([])
  })

  it("go on without queue rows where the role has lost 'administer CiviCRM' since, and use it where it was given", async () => {
    const time = { at: clock.now() }
    const role = { seesOthers: true, administers: true }
    const stub = await stubForTest((request) => siteOf(request, role))
    const crm = remoteCrm(stub.url, 30, { now: () => time.at })
    expect(await crm.findQueueRows([1])).toEqual([])
    role.administers = false
    expect(await crm.findQueueRows([1])).toBe('unknown')
    expect(await crm.findOwnOptOuts([1])).toBe('unknown')
    role.administers = true
    expect(await crm.findQueueRows([1])).toBe('unknown')
    time.at += 3_600_000
    expect(await crm.findQueueRows([1])).toEqual([])
  })

  it('fail where queue rows alone are not permitted', async () => {
    const stub = await stubForTest((request) =>
      request.path.includes('/MailingEventQueue/')
        ? badAnswers.forbiddenJson
        : siteOf(request, { seesOthers: true, administers: true }),
    )
    expect(await judgement(remoteCrm(stub.url).findQueueRows([1]))).toBe('permission')
  })

  it('drop rows that the database takes for the same address and we do not', async () => {
    const emails = ['müller@example.org', 'muller@example.org', 'M\u00dcLLER@example.org', 'mu\u0308ller@example.org']
    const stub = await stubForTest(() => json({ values: emails.map((email) => ({ ...row, email })) }))
    const found = await remoteCrm(stub.url).findAddresses(['Müller@Example.org'])
    expect(found.map(({ email }) => email)).toEqual([emails[0], emails[2], emails[3]])
  })

  it('read local dates by the time that the site itself tells', async () => {
    const now = new Date().toLocaleString('sv-SE', { timeZone: 'Asia/Kathmandu' })
    const values = [{ ...row, email: 'a@example.org', reset_date: '2026-11-24 05:45:00', site_now: now }]
    const stub = await stubForTest(() => json({ values }))
    const [found] = await remoteCrm(stub.url).findAddresses(['a@example.org'])
    expect(found?.resetDate).toBe(Date.UTC(2026, 10, 24))
  })

  it('fail rather than guess where the site does not tell its time', async () => {
    const values = [{ ...row, email: 'a@example.org', reset_date: '2026-11-24 05:45:00' }]
    const stub = await stubForTest(() => json({ values }))
    expect(await judgement(remoteCrm(stub.url).findAddresses(['a@example.org']))).toBe('timeZone')
  })

  /** A site whose clock shows the time in Kathmandu; everything of it is asked for. */
  async function readAll(timeZone: string, answered: Partial<StubReply> = {}): Promise<readonly string[]> {
    const now = new Date().toLocaleString('sv-SE', { timeZone: 'Asia/Kathmandu' })
    const dates = { reset_date: '2026-11-24 05:45:00', hold_date: '2026-11-24 05:45:00', site_now: now }
    const rows = {
      Email: { ...row, ...dates, email: 'a@example.org' },
      MailingEventQueue: { id: 7, hash: 'h', contact_id: 8, 'email_id.reset_date': dates.reset_date, site_now: now },
      MailingEventUnsubscribe: { 'event_queue_id.contact_id': 8, time_stamp: dates.reset_date, site_now: now },
    }
    const stub = await stubForTest((request) => {
      if (request.path.endsWith('/Email/update')) return json({ values: [{ id: 7 }] })
      const entity = Object.entries(rows).find(([name]) => request.path.includes(`/${name}/get`))
      // 'administer CiviCRM' is tried at a queue row of any number, without a word of the time.
      return entity === undefined || !(request.fields['params'] ?? '').includes('NOW()')
        ? siteOf(request, { seesOthers: true, administers: true })
        : { ...json({ values: [entity[1]] }), ...answered }
    })
    const crm = remoteCrm(stub.url, 30, clock, timeZone)
    return Promise.all([
      judgement(crm.findAddresses(['a@example.org'])),
      judgement(crm.findQueueRows([7])),
      judgement(crm.findOwnOptOuts([8])),
      judgement(crm.findReleases('2026-11-24 00:00:00', 10)),
      judgement(crm.release([{ emailId: 7, holdDate: Date.UTC(2026, 10, 24), becomes: 0 }])),
    ])
  }

  it('read dates in the zone that the settings name, where the clock of the site does not contradict', async () => {
    const at = String(Date.UTC(2026, 10, 24))
    for (const read of (await readAll('Asia/Kathmandu')).slice(0, 4)) expect(read).toContain(at)
    expect((await readAll('Asia/Kathmandu')).at(-1)).toBe('[7]')
  })

  it.each(['America/New_York', 'Asia/Kolkata', 'Berlin', ''])(
    'fail as a matter of the whole site rather than believe the zone %j of the settings',
    async (timeZone) => {
      expect(await readAll(timeZone)).toEqual(Array(5).fill('timeZone'))
    },
  )

  it('believe the zone of the settings where the clocks of a site are wrong together', async () => {
    const date = new Date(Date.now() - 7_200_000)
    const behind = { headers: { date: date.toUTCString() } }
    const zone = 'Asia/Kathmandu'
    expect(await readAll(zone, behind)).toEqual(Array(5).fill('timeZone'))
    const now = date.toLocaleString('sv-SE', { timeZone: zone })
    const values = [{ ...row, email: 'a@example.org', reset_date: '2026-11-24 05:45:00', site_now: now }]
    const stub = await stubForTest(() => ({ ...json({ values }), ...behind }))
    const [found] = await remoteCrm(stub.url, 30, clock, zone).findAddresses(['a@example.org'])
    expect(found?.resetDate).toBe(Date.UTC(2026, 10, 24))
  })

  it('believe the zone of the settings where the site does not tell its time', async () => {
    const values = [{ ...row, email: 'a@example.org', reset_date: '2026-11-24 05:45:00' }]
    const stub = await stubForTest(() => json({ values }))
    const [found] = await remoteCrm(stub.url, 30, clock, 'Asia/Kathmandu').findAddresses(['a@example.org'])
    expect(found?.resetDate).toBe(Date.UTC(2026, 10, 24))
  })

  it('say what the clock of the site shows and what it should', async () => {
    const date = new Date('2026-11-24T18:00:03Z')
    const values = [{ ...row, email: 'a@example.org', site_now: '2026-11-24 18:00:03' }]
    const stub = await stubForTest(() => ({ ...json({ values }), headers: { date: date.toUTCString() } }))
    await expect(remoteCrm(stub.url, 30, clock, 'America/New_York').findAddresses(['a@example.org'])).rejects.toThrow(
      "the site's clock shows 2026-11-24 18:00 when it is 2026-11-24 13:00 in America/New_York, the time zone of its settings",
    )
  })

  it.each([{ values: 'no' }, { values: [1] }, { values: [{ id: 'x' }] }, { values: [{ ...row, on_hold: 3 }] }, []])(
    'refuse an answer of another shape: %j',
    async (answer) => {
      const stub = await stubForTest(() => json(answer))
      expect(await judgement(remoteCrm(stub.url).findAddresses(['a@example.org']))).toBe('reply')
    },
  )
})
