import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PostgresDatabase } from '../database/postgres/database.ts'
import type { LeaseLimits } from '../leases/leaseKeeper.ts'
import { laneLease } from '../leases/leases.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

/** Several gateways on one database, each with a folder of its own. */

/** Lanes change hands by an orderly end alone, however long a busy machine stands still. */
const calm = { leaseMs: 60_000, roundMs: 300 }
/** They are soon taken over from one that says nothing, and not from one that only waits for its processor. */
const brisk = { leaseMs: 2500, roundMs: 300 }
const siteIds = ['alpha', 'beta', 'gamma', 'delta'] as const

let database: PostgresTestDatabase
/** Beside all gateways. */
let watching: PostgresDatabase
let leaseLimits: LeaseLimits
let benches: GatewayBench[]
let children: ChildProcess[]

beforeEach(async () => {
  database = await PostgresTestDatabase.create()
  watching = await database.open({ poolSize: 1 })
  leaseLimits = calm
  benches = []
  children = []
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  for (const bench of benches) await bench[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** A further installation on the same database; with the key and the certificates of the first. */
async function install(): Promise<GatewayBench> {
  const first = benches[0]
  const bench = await GatewayBench.make({
    leaseLimits,
    config: {
      databaseUrl: database.url,
      databaseDurability: 'any',
      keyFile: first === undefined ? 'key' : path.join(first.folder, 'key'),
      certificatesFolder: first === undefined ? 'certificates' : path.join(first.folder, 'certificates'),
    },
  })
  benches.push(bench)
  if (first === undefined) await bench.file('key', `${randomBytes(32).toString('base64')}\n`)
  return bench
}

async function start(count: number): Promise<readonly GatewayBench[]> {
  const started: GatewayBench[] = []
  for (let index = 0; index < count; index += 1) {
    const bench = await install()
    await bench.start()
    started.push(bench)
  }
  return started
}

/** A site with people, and the mail that each of them got. */
class People {
  readonly site: string
  readonly feed: SiteFeed
  readonly #rows: readonly { jobId: number; queueId: number; hash: string; email: string }[]

  private constructor(site: string, feed: SiteFeed, rows: People['rows']) {
    this.site = site
    this.feed = feed
    this.#rows = rows
  }

  get rows(): readonly { jobId: number; queueId: number; hash: string; email: string }[] {
    return this.#rows
  }

  static async make(bench: GatewayBench, site: string, count: number): Promise<People> {
    const domain = `${site}.example.org`
    const topicArn = `arn:aws:sns:eu-west-1:111122223333:${site}`
    const feed = new SiteFeed({ topicArn, identity: benches[0]!.identity, domain })
    const options = ['--builtin', '--domain', domain, '--localpart', 'bounce+', '--topic', topicArn]
    await bench.ask(['sites', 'add', site, ...options])
    const store = bench.gateway.operations.contacts(site)
    const contacts = await store.addContacts(
      Array.from({ length: count }, (_, index) => ({ name: `Person ${index}`, emails: [`p${index}@${domain}`] })),
    )
    const emailIds = contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
    const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
    return new People(
      site,
      feed,
      queueRows.map((row) => ({ ...row, jobId })),
    )
  }

  /** What SNS posts when everyone's mail bounces. */
  bounces(): ReturnType<SiteFeed['report']>[] {
    return this.#rows.map((row) => this.feed.report('bounce/Permanent/General', this.feed.mailing(row)))
  }

  /** How many bounces each has, in the contact store. */
  async counts(bench: GatewayBench): Promise<readonly number[]> {
    const contacts = await bench.gateway.operations.contacts(this.site).list()
    return contacts.flatMap(({ emails }) => emails.map(({ bounces }) => bounces.length))
  }

  /** By which instances the effects were called, and how they ended. */
  async effects(
    bench: GatewayBench,
  ): Promise<{ readonly callers: ReadonlySet<string>; readonly states: ReadonlySet<string> }> {
    const events = await bench.gateway.operations.ledger.search({ site: this.site, limit: 1000 })
    const effects = events.flatMap((event) => event.effects)
    return {
      callers: new Set(effects.flatMap(({ callId }) => (callId === null ? [] : [callId.split('/')[0]!]))),
      states: new Set(effects.map(({ state }) => state)),
    }
  }
}

/** Resolves when nothing waits any more, whichever instance did the last of it. */
async function recorded(bench: GatewayBench): Promise<void> {
  const { inbox } = bench.gateway.operations
  while ((await inbox.backlog()).length > 0) await setTimeout(20)
}

/** Who holds the lanes, once each is held by somebody. */
async function holders(count = siteIds.length + 1): Promise<ReadonlyMap<string, string>> {
  for (;;) {
    const rows = await watching.query<{ readonly name: string; readonly owner: string }>(
      `SELECT name, owner, pg_sleep(0.05) FROM lease JOIN instance USING (owner)
       WHERE until > clock_timestamp() AND name LIKE 'lane/%'`,
    )
    if (rows.length === count) return new Map(rows.map(({ name, owner }) => [name, owner]))
    if (rows.length === 0) await watching.query('SELECT pg_sleep(0.05)')
  }
}

/** Resolves when every lane is held and no instance has more than its share. */
async function shared(instances: number): Promise<ReadonlyMap<string, string>> {
  for (;;) {
    const held = await holders()
    const counts = [...Map.groupBy(held.values(), (owner) => owner).values()].map(({ length }) => length)
    if (counts.length === instances && Math.max(...counts) <= Math.ceil(held.size / instances)) return held
  }
}

describe('several instances on one database', () => {
  it('share the sites, whichever of them a notification reaches, and record each effect once', async () => {
    const [one, two, three] = await start(3)
    const people = []
    for (const site of siteIds) people.push(await People.make(one!, site, 12))
    const held = await shared(3)
    for (const some of people) {
      const requests = some.bounces()
      // Each arrives at two of them, as SNS repeats what it had no answer for.
      for (const bench of [one!, two!, three!])
        expect(await bench.postAll(requests.filter((_, index) => (index + benches.indexOf(bench)) % 3 !== 0))).toEqual([
          200,
        ])
    }
    await recorded(one!)
    for (const some of people) {
      expect(await some.counts(two!)).toEqual(Array.from({ length: 12 }, () => 1))
      const { callers, states } = await some.effects(three!)
      expect(states).toEqual(new Set(['done']))
      expect(callers).toEqual(new Set([held.get(laneLease(some.site))]))
    }
  })

  it('know at once of a topic that was allowed at another, and of a site that a command wrote into the database', async () => {
    const [one, two] = await start(2)
    const alpha = await People.make(one!, 'alpha', 1)
    expect(await two!.postAll(alpha.bounces())).toEqual([200])

    // Beside them, by a command on a machine where no instance runs.
    const outside = await install()
    const added = await outside.ask([
      'sites',
      'add',
      'beta',
      '--builtin',
      '--domain',
      'beta.example.org',
      '--topic',
      'arn:aws:sns:eu-west-1:111122223333:beta',
    ])
    expect(added).toMatchObject({ id: 'beta' })
    const feed = new SiteFeed({
      topicArn: 'arn:aws:sns:eu-west-1:111122223333:beta',
      identity: benches[0]!.identity,
      domain: 'beta.example.org',
    })
    expect(await two!.post(feed.report('bounce/Permanent/General', feed.receipt('someone@example.net')))).toBe(200)
    await recorded(two!)
    expect(await outside.ask(['events', '--site', 'beta'])).toHaveLength(1)
    expect(existsSync(path.join(outside.dataFolder, 'civicrm-ses.db'))).toBe(false)
  })

  it('go on with a repaired site where it is worked on; the others say so', async () => {
    const [one, two] = await start(2)
    for (const site of siteIds) await People.make(one!, site, 1)
    await shared(2)
    const outside = await install()
    for (const site of siteIds) {
      const said = async (bench: GatewayBench): Promise<string> => (await bench.command(['sites', 'resume', site])).out
      expect([await said(one!), await said(two!)].toSorted()).toEqual([
        expect.stringContaining(`${site} is called now.`),
        expect.stringContaining(`${site} is worked on by another gateway`),
      ])
      expect(await said(outside)).toContain('No gateway runs here.')
    }
  })

  it('take over at once from one that is stopped, whose waiting work they finish', async () => {
    const [one, two] = await start(2)
    const people = []
    for (const site of siteIds) people.push(await People.make(one!, site, 5))
    await shared(2)
    await one!.stop()
    expect(new Set((await holders()).values()).size).toBe(1)
    for (const some of people) await two!.postAll(some.bounces())
    await recorded(two!)
    for (const some of people) expect(await some.counts(two!)).toEqual([1, 1, 1, 1, 1])
  })

  it.each([
    { seam: 'claimed', fate: 'wakes up' },
    { seam: 'planned', fate: 'wakes up' },
    { seam: 'begun', fate: 'wakes up' },
    { seam: 'called', fate: 'wakes up' },
    { seam: 'answered', fate: 'wakes up' },
    { seam: 'settled', fate: 'wakes up' },
    { seam: 'begun', fate: 'is killed' },
  ] as const)(
    'take over from one that is suspended at "$seam", which $fate after that and doubles nothing',
    async ({ seam, fate }) => {
      leaseLimits = brisk
      const [one] = await start(1)
      const people = []
      for (const site of siteIds) people.push(await People.make(one!, site, 5))
      const other = await install()
      const child = new Suspended(other.configFile, seam)
      await child.started
      await shared(2)
      // All of them: some lanes are the other's, which comes to its seam there.
      for (const some of people) expect(await one!.postAll(some.bounces())).toEqual([200])
      await child.suspended
      await recorded(one!)
      const owners = new Set((await holders()).values())
      expect(owners.size).toBe(1)
      for (const some of people) expect(await some.counts(one!)).toEqual([1, 1, 1, 1, 1])

      if (fate === 'wakes up') {
        child.wake()
        await shared(2)
      } else child.kill()
      const later = []
      for (const some of people) later.push(await some.effects(one!))
      for (const { states } of later) expect(states).toEqual(new Set(['done']))
      for (const some of people) expect(await some.counts(one!)).toEqual([1, 1, 1, 1, 1])
    },
  )

  it('refuse one that was given another key, and one whose database is not there', async () => {
    const [one] = await start(1)
    await one!.saveSite({ id: 'alpha', name: 'Alpha', crm: { type: 'builtin' } }, 'swordfish')
    const other = await install()
    await writeFile(path.join(other.folder, 'other-key'), `${randomBytes(32).toString('base64')}\n`)
    const environment = { CIVICRM_SES_KEY_FILE: path.join(other.folder, 'other-key') }
    const refused = await other.command(['serve'], { environment })
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toMatch(/SECRET_KEY_WRONG/)
    const checked = await other.command(['check'], { environment })
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/mistake +keyFile: .*SECRET_KEY_WRONG/)

    const nowhere = new URL(database.url)
    nowhere.password = 'hunter2'
    nowhere.pathname = '/nowhere'
    const lost = await other.command(['check'], { environment: { DATABASE_URL: nowhere.href } })
    expect(lost.code).toBe(1)
    expect(lost.out).toMatch(/mistake +databaseUrl: .*nowhere/)
    expect(lost.out + lost.err).not.toMatch(/hunter2/)
  })
})

/** A gateway in a process of its own, which suspends itself at a seam. */
class Suspended {
  readonly started: Promise<void>
  readonly suspended: Promise<void>
  readonly #child: ChildProcess

  constructor(configFile: string, seam: string) {
    const entry = path.join(import.meta.dirname, 'instanceProcess.ts')
    this.#child = spawn(process.execPath, [entry, configFile, seam, String(leaseLimits.leaseMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(this.#child)
    const lines = createInterface({ input: this.#child.stdout! })
    const said = async (text: string): Promise<void> =>
      new Promise((resolve) => {
        lines.on('line', (line) => {
          if (line === text) resolve()
        })
      })
    this.started = said('started')
    this.suspended = said('suspended')
  }

  wake(): void {
    this.#child.kill('SIGCONT')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
