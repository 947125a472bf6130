import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { standard } from '../civimail/policy/presets/standard.ts'
import type { PolicyRule } from '../civimail/policy/schema.ts'
import type { Site } from '../settings/site.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import type { ReplayReport } from './report.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const [ada, bo] = ['ada@example.net', 'bo@example.net'] as const

let bench: GatewayBench
let feed: SiteFeed
let mailTo: (email: string) => ReturnType<SiteFeed['mailing']>

beforeEach(async () => {
  bench = await GatewayBench.make()
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
  const store = bench.gateway.operations.contacts('main')
  const contacts = await store.addContacts([ada, bo].map((email) => ({ name: email, emails: [email] })))
  const emailIds = contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  mailTo = (email) => feed.mailing({ ...queueRows.find((row) => row.email === email)!, jobId })
})
afterEach(async () => bench[Symbol.asyncDispose]())

async function replay(...argv: readonly string[]): Promise<ReplayReport> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the command prints
  return (await bench.ask(['replay', ...argv])) as ReplayReport
}

/** Who is on hold. */
async function held(): Promise<readonly string[]> {
  const contacts = await bench.gateway.operations.contacts('main').list({})
  return contacts.flatMap(({ emails }) => emails.filter(({ onHold }) => onHold !== 0).map(({ email }) => email))
}

/** The standard policy, but that hard bounces are treated like this. */
async function hardBounces(effects: PolicyRule['effects'], version: number): Promise<void> {
  const rule: PolicyRule = {
    rule: 'hard',
    when: { kind: 'bounce', bounceType: 'Permanent' },
    effects,
    because: 'Tried.',
  }
  await changeSite({ policy: { ...standard, name: 'tried', version, rules: [rule, ...standard.rules] } })
}

async function changeSite(change: Partial<Site>): Promise<void> {
  const { settings } = bench.gateway.operations
  const site = settings.site('main')
  if (site !== null) await settings.saveSite({ ...site, ...change })
}

describe('replay --decided', () => {
  it('shows what changed rules would do that was not done, does it with --yes, and repeats nothing', async () => {
    const invalid = [{ effect: 'bounce', bounceType: 'Invalid' } as const]
    await hardBounces([], 1)
    await bench.postAll([feed.report('bounce/Permanent/General', mailTo(ada))])
    await bench.recorded()
    await hardBounces(invalid, 2)
    await bench.postAll([feed.report('bounce/Permanent/General', mailTo(bo))])
    await bench.recorded()
    expect(await held()).toEqual([bo])

    const shown = await replay('--decided', '--site', 'main', '--kind', 'bounce')
    expect(shown).toMatchObject({
      dryRun: true,
      chosen: 1,
      replayed: 0,
      events: { new: 1, same: 1, kept: 0 },
      details: [{ recipient: ada, before: 'hard: nothing', foresight: 'new' }],
    })
    expect(await held()).toEqual([bo])
    expect(await replay('--decided', '--yes')).toMatchObject({ dryRun: false, replayed: 1 })
    await bench.recorded()
    expect(await held()).toEqual([ada, bo])
    // There is nothing left to do.
    expect(await replay('--decided', '--yes')).toMatchObject({ replayed: 0, events: { new: 0, same: 2 } })

    await hardBounces([], 3)
    const { out } = await bench.command(['replay', '--decided'])
    expect(out).toContain('2 would be decided otherwise now, but their effects are done and stay.')
    expect(out).toContain('civicrm-ses undo')
    expect(await held()).toEqual([ada, bo])
  })
})

describe('replay --decided beside what arrives', () => {
  it('leaves out what waits: that comes to its effect by itself', async () => {
    await hardBounces([], 1)
    await bench.postAll([feed.report('bounce/Permanent/General', mailTo(ada))])
    await bench.recorded()
    await hardBounces([{ effect: 'bounce', bounceType: 'Invalid' }], 2)
    await changeSite({ mode: 'paused' })
    expect(await replay('--decided', '--yes')).toMatchObject({ chosen: 1, replayed: 1 })
    expect(await replay('--decided')).toMatchObject({ chosen: 0, events: { new: 0 } })
    await changeSite({ mode: 'record' })
    await bench.recorded()
    expect(await held()).toEqual([ada])
  })
})

describe('replay --dead', () => {
  it('chooses by site, time, kind and code, and says of each event what would happen', async () => {
    await changeSite({ mode: 'paused' })
    const requests = [feed.report('bounce/Permanent/General', mailTo(ada)), feed.report('complaint/abuse', mailTo(bo))]
    await bench.postAll(requests)
    const { inbox, clock } = bench.gateway.operations
    const now = clock.now()
    const claimed = await inbox.claim({ owner: 'test', site: 'main', limit: 10, now, leaseUntil: now + 60_000 })
    expect(claimed).toHaveLength(2)
    const codes = ['RECORD_REFUSED', 'RECORD_GAVE_UP'] as const
    await inbox.settle(
      'test',
      claimed.map(({ id }, index) => ({ id, end: 'dead', at: now, code: codes[index] ?? '', reason: 'a test' })),
    )
    expect(await bench.ask(['dead-letters', '--code', 'RECORD_GAVE_UP'])).toHaveLength(1)
    expect(await replay('--dead', '--kind', 'complaint', '--dry-run')).toMatchObject({
      chosen: 1,
      events: { new: 1 },
      assumed: 1,
      details: [{ recipient: bo, kind: 'complaint', before: null, foresight: 'new' }],
    })
    expect(await replay('--dead', '--code', 'RECORD_REFUSED', '--dry-run')).toMatchObject({ chosen: 1 })
    expect((await bench.command(['replay', '--dead', '--site', 'other', '--dry-run'])).err).toContain('SITE_UNKNOWN')
    expect(await replay('--dead', '--before', '2020-01-01', '--dry-run')).toMatchObject({ chosen: 0 })
    const { out } = await bench.command(['replay', '--dead', '--dry-run'])
    expect(out).toContain('not decided')
    expect(out).toContain('Nothing was changed (dry run).')
    expect(await replay('--dead', '--limit', '1')).toMatchObject({ replayed: 1 })
    expect(await replay('--dead')).toMatchObject({ replayed: 1 })
    expect(await bench.ask(['dead-letters'])).toEqual([])
  })
})

describe('replay of what found nobody', () => {
  const [cy, di] = ['cy@example.net', 'di@example.net'] as const
  /** Of a mailing that this site does not have. */
  const strayMail = (email: string) => feed.mailing({ queueId: 9000, hash: '0123456789abcdef', jobId: 9, email })

  async function optedOut(): Promise<readonly string[]> {
    const contacts = await bench.gateway.operations.contacts('main').list({})
    return contacts.flatMap((one) => (one.optedOut ? one.emails.map(({ email }) => email) : []))
  }

  /** A bounce and a complaint of people whom the site comes to know only later. */
  async function knownTooLate(): Promise<void> {
    await bench.postAll([
      feed.report('bounce/Permanent/General', strayMail(cy)),
      feed.report('complaint/abuse', strayMail(di)),
    ])
    await bench.recorded()
    await bench.gateway.operations
      .contacts('main')
      .addContacts([cy, di].map((email) => ({ name: email, emails: [email] })))
  }

  it('asks CiviCRM what it knows now, so that the dry run says what the replay then does', async () => {
    await knownTooLate()
    expect(await replay('1', '2', '--dry-run')).toMatchObject({ events: { new: 2, same: 0 }, assumed: 0, unasked: [] })
    expect([await held(), await optedOut()]).toEqual([[], []])
    await replay('1', '2')
    await bench.recorded()
    expect(await held()).toContain(cy)
    expect(await optedOut()).toEqual([di])
    expect(await replay('1', '2', '--dry-run')).toMatchObject({ events: { new: 0, same: 2 } })
  })

  it('says so where a site is not asked', async () => {
    await knownTooLate()
    await changeSite({ mode: 'paused' })
    const { out } = await bench.command(['replay', '1', '--dry-run'])
    expect(out).toContain('CiviCRM of main was not asked (it is paused)')
  })

  it('leaves out whom an undo has opted in since, unless that is asked for', async () => {
    await knownTooLate()
    await bench.postAll([feed.report('complaint/abuse', strayMail(di))])
    await bench.recorded()
    expect(await optedOut()).toEqual([di])
    await bench.ask(['undo', '--kind', 'complaint', '--why', 'a test', '--yes'])
    expect(await optedOut()).toEqual([])

    const ids = ['1', '2', '3']
    expect(await replay(...ids, '--dry-run')).toMatchObject({ events: { new: 1, undone: 1, same: 1 }, leftOut: 1 })
    expect((await bench.command(['replay', ...ids, '--dry-run'])).out).toContain('left out: undone since')
    expect(await replay(...ids)).toMatchObject({ replayed: 2, leftOut: 1 })
    await bench.recorded()
    expect([await held(), await optedOut()]).toEqual([[cy], []])

    expect(await replay(...ids, '--with-undone', '--dry-run')).toMatchObject({ events: { new: 1, undone: 0 } })
    expect(await replay(...ids, '--with-undone')).toMatchObject({ replayed: 3, leftOut: 0 })
    await bench.recorded()
    expect(await optedOut()).toEqual([di])
  })
})
