import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { QueueRow } from '../simulator/mailing.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const permanent = 'bounce/Permanent/General'
const soft = 'bounce/Transient/General'

type Row = QueueRow & { readonly email: string }

let double: SuppressionDouble
let bench: GatewayBench
let feed: SiteFeed
let emailIds: readonly number[]

const people = ['ada@good.example', 'bo@provider.example', 'cy@mx.provider.example', 'di@provider.example'] as const
const [ada, bo, cy, di] = people

beforeEach(async () => {
  double = await startSuppressionDouble()
  bench = await GatewayBench.make({ suppressionLists: double.lists })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
  const stored = await bench.gateway.operations
    .contacts('main')
    .addContacts(people.map((email) => ({ name: email, emails: [email] })))
  emailIds = stored.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  await double.close()
})

/** A mailing to all of them. */
async function mailing(): Promise<(email: string) => Row> {
  const store = bench.gateway.operations.contacts('main')
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  return (email) => ({ ...queueRows.find((row) => row.email === email)!, jobId })
}

async function tell(requests: readonly SnsRequest[]): Promise<void> {
  expect(await bench.postAll(requests)).toEqual([200])
  await bench.recorded()
}

/** One soft bounce of each, of a mailing of its own; later than whatever was done in the same moment. */
async function softBounce(...emails: readonly string[]): Promise<void> {
  const rowOf = await mailing()
  const at = Date.now() + 2000
  await tell(emails.map((email) => feed.report(soft, feed.mailing(rowOf(email)), { at })))
}

/** Who is on hold, and who has opted out. */
async function state(): Promise<Readonly<Record<string, string>>> {
  const contacts = await bench.gateway.operations.contacts('main').list({})
  return Object.fromEntries(
    contacts.map(({ optedOut, emails }) => [
      emails[0]!.email,
      [emails[0]!.onHold === 0 ? '' : 'held', optedOut ? 'out' : ''].join(' ').trim(),
    ]),
  )
}

const free = { [ada]: '', [bo]: '', [cy]: '', [di]: '' }

/** A provider's outage: three bounced hard, one complained, one bounced softly three times. */
async function outage(): Promise<readonly SnsRequest[]> {
  await softBounce(cy)
  await softBounce(cy)
  const rowOf = await mailing()
  const requests = [
    feed.report(permanent, feed.mailing(rowOf(ada))),
    feed.report(permanent, feed.mailing(rowOf(bo))),
    feed.report(soft, feed.mailing(rowOf(cy))),
    feed.report('complaint/abuse', feed.mailing(rowOf(di))),
  ]
  await tell(requests)
  for (const email of [ada, bo, di]) double.listed.add(email)
  return requests
}

const undo = ['undo', '--domain', 'provider.example', '--since', '1h'] as const

describe('civicrm-ses undo', () => {
  it('shows first what it would do, and changes nothing', async () => {
    await outage()
    const before = { [ada]: 'held', [bo]: 'held', [cy]: 'held', [di]: 'held out' }
    expect(await state()).toEqual(before)
    const { code, out } = await bench.command([...undo, '--dry-run'])
    expect(code).toBe(0)
    expect(out).toMatch(/main +bo@provider\.example +bounce +bounce-permanent +\d+ +to be undone/)
    expect(out).toMatch(/main +di@provider\.example +opt-out +complaint +\d+ +to be undone/)
    expect(out).not.toContain('ada@')
    expect(out).toContain('Nothing was changed. Add --yes to carry it out.')
    expect(await bench.ask([...undo])).toMatchObject({ dryRun: true, recipients: 3, released: 3, optedIn: 1 })
    expect(await state()).toEqual(before)
    expect(await bench.ask(['undo', 'list'])).toEqual([])
    expect(double.requests).toEqual([])
  })

  it('takes holds and opt-outs back and clears the suppression list; the next bounce starts from zero', async () => {
    const reports = await outage()
    const report = await bench.ask([...undo, '--why', 'their outage', '--yes'])
    expect(report).toMatchObject({
      undoId: 1,
      dryRun: false,
      brokenOff: false,
      // Of three soft bounces it is the third that held.
      effects: { undo: 6, done: 0, left: 0, nothing: 0 },
      recipients: 3,
      released: 3,
      optedIn: 1,
      suppression: { wanted: 0, removed: 2, absent: 0, failed: 0, error: null },
      failed: [],
    })
    expect(await state()).toEqual({ ...free, [ada]: 'held' })
    expect([...double.listed]).toEqual([ada])
    expect(double.requests.toSorted()).toEqual([`eu-west-1 DELETE ${bo}`, `eu-west-1 DELETE ${di}`])

    // The same mail events again, whoever repeats them, are recorded and undone already.
    await tell(reports)
    expect(await state()).toEqual({ ...free, [ada]: 'held' })

    await softBounce(bo, cy)
    await softBounce(cy)
    expect(await state()).toEqual({ ...free, [ada]: 'held' })
    await softBounce(cy)
    expect(await state()).toEqual({ ...free, [ada]: 'held', [cy]: 'held' })
  })

  it('is listed with who asked and why, and finds nothing left to do when it is asked for again', async () => {
    await outage()
    await bench.ask([...undo, '--why', 'their outage', '--yes'])
    expect(await bench.ask([...undo, '--yes'])).toMatchObject({
      undoId: 2,
      released: 0,
      optedIn: 0,
      effects: { undo: 0 },
    })
    expect(await bench.ask(['undo', 'list'])).toMatchObject([
      { id: 2, why: '' },
      { id: 1, why: 'their outage', chosen: { domain: 'provider.example' }, result: { released: 3, optedIn: 1 } },
    ])
    expect(await bench.ask(['events', '--recipient', bo])).toMatchObject([
      { effects: [{ state: 'done', undone: { undoId: 1, state: 'done', answer: '1 of 1 taken back.' } }] },
    ])
    expect((await bench.command(['events', '--recipient', di])).out).toContain('Spam bounce: undone, opt-out: undone')
    expect((await bench.command(['events', '--recipient', ada])).out).toContain('Invalid bounce: done')
    const { out } = await bench.command(['undo', 'list'])
    expect(out).toMatch(/1 +\d{4}-\d\d-\d\d .* 3 +1 +0 .* domain provider\.example +their outage/)
  })

  it('chooses by rule, kind, effect, site and time', async () => {
    await outage()
    const released = async (...options: readonly string[]): Promise<unknown> => {
      const { released: rows, optedIn } = (await bench.ask(['undo', ...options])) as Record<string, unknown>
      return [rows, optedIn]
    }
    expect(await released('--rule', 'bounce-permanent')).toEqual([2, 0])
    expect(await released('--kind', 'complaint')).toEqual([1, 1])
    expect(await released('--kind', 'complaint', '--effect', 'opt-out')).toEqual([0, 1])
    expect(await released('--site', 'main')).toEqual([4, 1])
    for (const nobody of [
      ['--before', '1h'],
      ['--domain', 'provider.exmaple', '--yes'],
      ['--kind', 'complaint', '--rule', 'bounce-permanent'],
    ])
      expect(await bench.command(['undo', ...nobody])).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('nothing fits: this gateway has carried out no such hold or opt-out'),
      })
    expect(await bench.ask(['undo', 'list'])).toEqual([])
    expect(await bench.command(['undo', '--site', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SITE_UNKNOWN'),
    })
    expect(await bench.command(['undo', '--yes'])).toMatchObject({ code: 2 })
    expect(await bench.command([...undo, '--yes', '--dry-run'])).toMatchObject({ code: 2 })
  })

  it('leaves alone what a person has changed since', async () => {
    await outage()
    const store = bench.gateway.operations.contacts('main')
    await store.release(emailIds[1]!)
    const { out } = await bench.command([...undo, '--yes'])
    expect(out).toMatch(/bo@provider\.example .*left alone +Contact \d+ was released/)
    expect(await state()).toEqual({ ...free, [ada]: 'held' })
    expect(double.requests).toEqual([`eu-west-1 DELETE ${di}`])
  })

  it('says what stays on the suppression list, and clears it when the credentials are there', async () => {
    await outage()
    double.trouble = { name: 'AccessDeniedException', status: 403 }
    const { code, out } = await bench.command([...undo, '--yes'])
    expect(code).toBe(0)
    expect(out).toContain('2 addresses could not be removed from it (AccessDeniedException)')
    expect(double.requests).toHaveLength(1)
    double.trouble = null
    await bench.stop()
    // As after an hour.
    await bench.start()
    await bench.gateway.operations.remover.clear(new AbortController().signal)
    expect([...double.listed]).toEqual([ada])
    expect(await bench.ask([...undo, '--no-suppression', '--yes'])).toMatchObject({ suppression: null })
  })

  it('writes nothing at a site in watch mode, and says so; what it would do it shows there too', async () => {
    await outage()
    const before = await state()
    await bench.ask(['sites', 'watch', 'main'])
    expect(await bench.ask([...undo])).toMatchObject({ recipients: 3, released: 3, optedIn: 1 })
    const { code, out, err } = await bench.command([...undo, '--yes'])
    expect(code).toBe(1)
    expect(out + err).toContain('it is in watch mode, in which nothing is written to CiviCRM')
    expect(await state()).toEqual(before)
    expect(double.requests).toEqual([])
    await bench.ask(['sites', 'pause', 'main'])
    expect(await bench.ask([...undo, '--yes'])).toMatchObject({ released: 3, optedIn: 1, failed: [] })
    // Nothing came in while it was watched.
    expect((await bench.command(['sites', 'record', 'main'])).out).toBe('main: record\n')
  })

  it('is not needed for what was only watched, which a site that records again is told of', async () => {
    await bench.ask(['sites', 'watch', 'main'])
    await outage()
    expect(await state()).toEqual(free)
    expect(await bench.command([...undo, '--yes'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('carried out no such hold or opt-out'),
    })
    const { out } = await bench.command(['sites', 'record', 'main'])
    expect(out).toContain('civicrm-ses replay --watched --site main --dry-run')
  })

  it('works where no gateway runs', async () => {
    await outage()
    await bench.stop()
    const report = await bench.ask([...undo, '--no-suppression', '--yes'])
    expect(report).toMatchObject({ undoId: 1, released: 3, optedIn: 1, suppression: null })
    await bench.start()
    expect(await state()).toEqual({ ...free, [ada]: 'held' })
  })

  it('ends in order when it is broken off, and goes on when it is asked for again', async () => {
    await outage()
    // SES answers none of them before the person has had enough.
    double.trouble = { name: 'TooManyRequestsException', status: 429 }
    const stop = new AbortController()
    const asked = bench.command([...undo, '--yes'], { stopped: stop.signal })
    await expect.poll(() => double.requests.length).toBeGreaterThan(0)
    stop.abort()
    expect(await asked).toMatchObject({ code: 1, err: expect.stringContaining('COMMAND_BROKEN_OFF') })
    expect(await state()).toEqual({ ...free, [ada]: 'held' })
    double.trouble = null
    await bench.gateway.operations.remover.clear(new AbortController().signal)
    expect([...double.listed]).toEqual([ada])
  })
})
