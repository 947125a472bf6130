import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
import type { QueueRow } from '../simulator/mailing.ts'

const shopTopic = 'arn:aws:sns:eu-west-1:111122223333:shop'
const crmTopic = 'arn:aws:sns:eu-west-1:111122223333:crm'

/** What CiviCRM says of every bounce; null: recorded. */
let complaintOfCivicrm: string | null = null

/** A CiviCRM that knows every address and takes every bounce, or none. */
function civicrm(request: StubRequest): StubAnswer {
  const { path, fields } = request
  if (path.includes('authx/id')) return json({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' })
  if (path.includes('api4/MailingEvent'))
    return json({ error_code: '1', error_message: 'Sorry an error occurred', status: 403 }, 403)
  if (path.includes('api4/Contact/get')) return json({ values: [{ id: 4 }], version: 4, count: 1 })
  if (path.includes('api4/Email/get')) return everybodyAsked(request)
  if (path.includes('api4/')) return json({ values: [], entity: 'Email', action: 'get', version: 4, count: 0 })
  const calls: readonly (readonly [string, string, object])[] = JSON.parse(fields['json'] ?? '[]')
  return json(
    calls.map(([, , values]) =>
      complaintOfCivicrm === null
        ? { is_error: 0, version: 3, values }
        : { is_error: 1, error_code: 'mandatory_missing', error_message: complaintOfCivicrm },
    ),
  )
}

let stub: CrmStub
let bench: GatewayBench
let shop: SiteFeed
let crm: SiteFeed
/** Of the mailing to Ada and Bo. */
let rows: readonly (QueueRow & { readonly email: string })[]

beforeAll(async () => {
  stub = await startCrmStub(civicrm)
  bench = await GatewayBench.make()
  await bench.start()
  shop = new SiteFeed({ topicArn: shopTopic, identity: bench.identity, domain: 'shop.example.org' })
  crm = new SiteFeed({ topicArn: crmTopic, identity: bench.identity, domain: 'crm.example.org' })
  const shopOptions = ['--builtin', '--domain', 'shop.example.org', '--localpart', 'bounce+', '--topic', shopTopic]
  await bench.ask(['sites', 'add', 'shop', ...shopOptions])
  const crmOptions = ['--url', stub.url, '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', crmTopic]
  await bench.ask(['sites', 'add', 'crm', ...crmOptions, '--api-key-stdin'], { stdin: 'key' })

  const people = await bench.file('people.csv', 'name;email\nAda Nilsen;ada@example.org\nBo Undset;bo@example.org\n')
  await bench.ask(['contacts', 'import', people, '--site', 'shop'])
  const zoe = 'name,email\n"Müller, Zoë",zoe@example.org\n'
  await bench.ask(['contacts', 'import', '-', '--site', 'shop'], { stdin: zoe })
  const store = bench.gateway.operations.contacts('shop')
  const emailIds = (await store.list({ limit: 10 })).flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  rows = queueRows.map((row) => ({ ...row, jobId }))

  const rowOf = (email: string): QueueRow & { readonly email: string } => rows.find((row) => row.email === email)!
  await bench.postAll([
    shop.report('bounce/Permanent/General', shop.mailing(rowOf('ada@example.org'))),
    shop.report('complaint/abuse', shop.mailing(rowOf('zoe@example.org'))),
  ])
  complaintOfCivicrm = 'Mandatory key(s) missing from params array: job_id'
  const known = { jobId: 2, queueId: 3006, hash: 'zzinafzl1gunbnsy', email: 'kim@example.com' }
  await bench.post(crm.report('bounce/Permanent/General', crm.mailing(known)))
  await bench.recorded()
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await stub.close()
})

describe('contacts', () => {
  it('come from a file or standard input, whatever separates their columns', async () => {
    await bench.ask(['sites', 'add', 'club', '--builtin', '--domain', 'club.example.org'])
    const file = await bench.file('club.csv', 'EMAIL\tName\nana@example.org\tAna\n')
    expect(await bench.command(['contacts', 'import', file, '--site', 'club'])).toEqual({
      code: 0,
      out: 'Added 1 contact.\n',
      err: '',
    })
    expect(await bench.command(['contacts', 'import', file, '--site', 'club'])).toMatchObject({
      code: 0,
      out: 'Added 0 contacts. 1 was there already.\n',
    })
    const stdin = 'name,email\n"Ng, Ben",Ben@Example.ORG\n'
    expect(await bench.ask(['contacts', 'import', '-', '--site', 'club'], { stdin })).toMatchObject([
      { name: 'Ng, Ben', emails: [{ email: 'ben@example.org' }] },
    ])
    expect(await bench.ask(['contacts', 'list', '--site', 'club'])).toMatchObject([
      { name: 'Ana' },
      { name: 'Ng, Ben' },
    ])
  })
})

describe('what was recorded', () => {
  it('is listed, with the sentence that says why', async () => {
    expect(await bench.ask(['events', '--site', 'shop', '--kind', 'bounce'])).toMatchObject([
      {
        key: { site: 'shop', recipient: 'ada@example.org', kind: 'bounce' },
        decision: { rule: 'bounce-permanent', standing: 'effective' },
        effects: [{ effect: { effect: 'bounce', bounceType: 'Invalid' }, state: 'done' }],
      },
    ])
    const { code, out } = await bench.command(['events', '--recipient', 'ZOE@example.org', '--since', '1h'])
    expect(code).toBe(0)
    expect(out).toContain('Spam bounce: done, opt-out: done')
    expect(out).toContain('The recipient reported the mail as unwanted.')
    expect(await bench.command(['events', '--before', '1h'])).toMatchObject({ code: 0, out: 'No mail event fits.\n' })
  })

  it('can be looked at as it arrived, without the link that ends the subscription', async () => {
    const [event] = (await bench.ask(['events', '--recipient', 'ada@example.org'])) as readonly {
      readonly notificationIds: readonly number[]
    }[]
    const { code, out } = await bench.command(['events', 'notification', String(event?.notificationIds[0])])
    expect(code).toBe(0)
    expect(out).toContain('550 5.1.1 user unknown')
    expect(out).toContain('"UnsubscribeURL" : "(not shown)"')
    const asked = await bench.ask(['events', 'notification', String(event?.notificationIds[0])])
    expect(JSON.parse((asked as { readonly body: string }).body)).toMatchObject({ UnsubscribeURL: '(not shown)' })
    expect(await bench.command(['events', 'notification', '4711'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('NOTHING_FOUND'),
    })
  })

  it('shows in the contacts, which can be released', async () => {
    const list = ['contacts', 'list', '--site', 'shop'] as const
    const { out } = await bench.command([...list, '--touched'])
    expect(out).toMatch(/Ada Nilsen +ada@example\.org +on hold .*SES Permanent\/General \[[a-z2-7]{12}\] 550/)
    expect(out).toMatch(/zoe@example\.org +on hold, opted out/)
    expect(out).not.toContain('bo@example.org')
    const [ada] = (await bench.ask([...list, '--find', 'ada@'])) as readonly {
      readonly emails: readonly { readonly emailId: number }[]
    }[]
    const id = ada?.emails[0]?.emailId
    expect(await bench.ask(['contacts', 'release', String(id), '--site', 'shop'])).toEqual({
      emailId: id,
      released: true,
    })
    expect(await bench.ask([...list, '--find', 'ada@'])).toMatchObject([{ emails: [{ onHold: 0 }] }])
    expect(await bench.ask(['contacts', 'release', String(id), '--site', 'shop'])).toMatchObject({ released: false })
  })

  it('is counted in the status', async () => {
    const status = await bench.ask(['status'])
    expect(status).toMatchObject({ running: true, backlog: [] })
    expect(status).toMatchObject({
      effects: expect.arrayContaining([
        { site: 'shop', effect: 'bounce', state: 'done', count: 2 },
        { site: 'shop', effect: 'optOut', state: 'done', count: 1 },
      ]),
    })
    const { out } = await bench.command(['status'])
    expect(out).toContain('The gateway is running.')
    expect(out).toContain('Nothing waits.')
  })
})

describe('a dead letter', () => {
  it('is listed with its reason, and recorded by a replay when what was wrong is repaired', async () => {
    expect((await bench.command(['status'])).out).toMatch(
      /^The gateway is running.*Needs a person:\n +- Dead letters: 1\./s,
    )
    const letters = (await bench.ask(['dead-letters'])) as readonly { readonly id: number }[]
    expect(letters).toMatchObject([
      { site: 'crm', topicArn: crmTopic, code: 'RECORD_REFUSED', reason: expect.stringContaining('job_id') },
    ])
    const { out } = await bench.command(['dead-letters', '--site', 'crm'])
    expect(out).toMatch(/RECORD_REFUSED +.*Mandatory key/)
    expect(await bench.ask(['dead-letters', '--site', 'shop'])).toEqual([])

    const [letter] = letters
    const replay = ['replay', '--dead', '--site', 'crm', '--code', 'RECORD_REFUSED'] as const
    expect(await bench.ask([...replay, '--dry-run'])).toMatchObject({ dryRun: true, ids: [letter?.id], replayed: 0 })
    expect(await bench.ask(['replay', '--dead', '--code', 'RECORD_GAVE_UP'])).toMatchObject({ ids: [], replayed: 0 })
    expect(await bench.ask(replay)).toMatchObject({ replayed: 1 })
    await bench.recorded()
    expect(await bench.ask(['dead-letters'])).toHaveLength(1)

    complaintOfCivicrm = null
    expect(await bench.command(['replay', String(letter?.id)])).toMatchObject({ code: 0, out: 'Replayed: 1.\n' })
    await bench.recorded()
    expect(await bench.ask(['dead-letters'])).toEqual([])
    expect(await bench.ask(['events', '--site', 'crm'])).toMatchObject([{ effects: [{ state: 'done' }] }])
  })
})

describe('wrong questions', () => {
  it.each([
    ['events', '--kind', 'bonce'],
    ['undo', '--kind', 'bonce'],
    ['undo', '--kind', 'bonce', '--yes'],
    ['replay', '--dead', '--kind', 'bonce'],
    ['replay', '--watched', '--kind', 'bonce', '--dry-run'],
    ['replay', '--decided', '--kind', 'bonce'],
  ])('%s %s %s are told which kinds there are, since "nothing found" would read as an answer', async (...argv) => {
    expect(await bench.command(argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('"bonce" is no kind of mail event; there are: bounce, complaint, delivery,'),
    })
    expect(await bench.ask(['undo', 'list'])).toEqual([])
  })

  it('are told which rules there are', async () => {
    const { err } = await bench.command(['undo', '--rule', 'nosuch'])
    expect(err).toMatch(/no rule of any site's policy is named "nosuch"; there are: .*bounce-permanent/)
  })

  it('for notifications that are not there are told so, and the others replayed', async () => {
    const [event] = (await bench.ask(['events', '--recipient', 'ada@example.org'])) as readonly {
      readonly notificationIds: readonly [number]
    }[]
    const there = event!.notificationIds[0]
    const replay = ['replay', '4711', String(there)]
    const none = 'There is no such notification, or its message is no longer kept: 4711.\n'
    const tried = await bench.command([...replay, '--dry-run'])
    expect(tried).toMatchObject({ code: 1, out: expect.stringContaining(none) })
    expect(await bench.command(replay)).toEqual({ code: 1, out: `Replayed: 1.\n${none}`, err: '' })
    await bench.recorded()
  })

  it.each([
    [['contacts', 'list', '--site', 'crm'], 1, 'SITE_NOT_BUILTIN'],
    [['contacts', 'list', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['contacts', 'release', 'x', '--site', 'shop'], 2, 'COMMAND_USAGE'],
    [['contacts', 'import', '/absent.csv', '--site', 'shop'], 1, 'INPUT_UNREADABLE'],
    [['contacts', 'import', '-', '--site', 'shop'], 1, 'INPUT_UNREADABLE'],
    [['events', '--since', 'yesterday'], 2, 'COMMAND_USAGE'],
    [['events', '--limit', '0'], 2, 'COMMAND_USAGE'],
    [['events', '--standing', 'fine'], 2, "COMMAND_USAGE: option '--standing"],
    [['events', '--state', 'fine'], 2, "COMMAND_USAGE: option '--state"],
    [['replay'], 2, 'COMMAND_USAGE'],
    [['forget', 'x'], 2, 'COMMAND_USAGE: "x" is no'],
    [['replay', '1', '--dead'], 2, 'COMMAND_USAGE'],
    [['replay', '--dead', '--watched'], 2, 'COMMAND_USAGE'],
    [['contacts', 'release', '4711', '--site', 'shop'], 1, 'NOTHING_FOUND'],
    [['undo', '--rule', 'nosuch'], 1, 'NOTHING_FOUND'],
    [['undo', '--rule', 'nosuch', '--yes'], 1, 'NOTHING_FOUND'],
    [['policy', 'lenient'], 2, 'COMMAND_USAGE'],
    [['backup', '-'], 2, 'COMMAND_USAGE'],
    [['restore', '-'], 2, 'COMMAND_USAGE'],
    [['dead-letters', '--code', 'RECORD_REFUSD'], 2, 'COMMAND_USAGE'],
    [['dead-letters', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['replay', '--dead', '--code', 'RECORD_REFUSD'], 2, 'COMMAND_USAGE'],
    [['replay', '--dead', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['events', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['events', '--since', '1d', '--before', '2d'], 2, 'COMMAND_USAGE'],
    [['releases', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['set-aside', 'list', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['set-aside', 'record', 'example.net', '--site', 'shop'], 1, 'NOTHING_FOUND'],
    [['set-aside', 'drop', 'example.net', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['uncertain', 'list', '--site', 'nobody'], 1, 'SITE_UNKNOWN'],
    [['waiting', 'move', 'nobody', 'shop'], 1, 'SITE_UNKNOWN'],
    [['waiting', 'drop', 'nobody', '--yes'], 1, 'SITE_UNKNOWN'],
    [['queues', 'refused', '--queue', 'arn:aws:sqs:eu-west-1:111122223333:none'], 1, 'QUEUE_UNKNOWN'],
    [['queues', 'retry', '4711'], 1, 'NOTHING_FOUND'],
    [['queues', 'discard', '4711'], 1, 'NOTHING_FOUND'],
  ])('%j ends %i with %s', async (argv, code, errorCode) => {
    const { out, ...ended } = await bench.command(argv, { stdin: 'name,email\nNobody,\n' })
    expect({ ...ended, out }).toEqual({
      code,
      out: '',
      err: expect.stringMatching(`^error ${errorCode}\\b.+\nWhat to do: .+\n$`),
    })
  })
})

describe('without the gateway', () => {
  it('reading commands say the same', async () => {
    const questions = [
      ['sites', 'list'],
      ['topics', 'list'],
      ['events'],
      ['events', 'notification', '1'],
      ['dead-letters'],
      ['contacts', 'list', '--site', 'shop'],
    ]
    const ask = async (): Promise<readonly unknown[]> => {
      const answers: unknown[] = []
      for (const question of questions) answers.push(await bench.ask(question))
      return answers
    }
    const before = await ask()
    await bench.stop()
    expect(await ask()).toEqual(before)
    expect(await bench.ask(['status'])).toMatchObject({ running: false, refusals: null })
    expect(
      await bench.ask(['contacts', 'import', '-', '--site', 'shop'], { stdin: 'email\nnew@example.org\n' }),
    ).toHaveLength(1)
    await bench.start()
    expect(await bench.ask(['contacts', 'list', '--site', 'shop', '--find', 'new@'])).toHaveLength(1)
  })
})
