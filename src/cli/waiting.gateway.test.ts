import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:shared'

let bench: GatewayBench
beforeEach(async () => {
  bench = await GatewayBench.make()
  await bench.start()
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
})

async function add(site: string): Promise<void> {
  await bench.ask(['sites', 'add', site, '--builtin', '--domain', `${site}.example.org`, '--topic', topicArn])
}

/** Bounces of mail that a site sent. */
async function bounces(site: string, count: number): Promise<void> {
  const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: `${site}.example.org` })
  const requests = Array.from({ length: count }, (_, index) =>
    feed.report('bounce/Permanent/General', feed.receipt(`p${index}@${site}.example.org`)),
  )
  expect(await bench.postAll(requests)).toEqual([200])
}

async function backlog(): Promise<unknown> {
  return ((await bench.ask(['status'])) as { backlog: unknown }).backlog
}

describe('what waits for a site that is gone', () => {
  let removed: string
  beforeEach(async () => {
    await add('old')
    await bench.command(['sites', 'pause', 'old'])
    await bounces('old', 3)
    removed = (await bench.command(['sites', 'remove', 'old', '--yes'])).out
  })

  it('is kept and shown, and handed over to another site when a person says so', async () => {
    expect(removed).toMatch(/kept: 3\.\n.*civicrm-ses waiting/)
    expect(removed).toMatch(/to \/sns\/old or of topics that only it allowed, is not taken on any more/)
    expect(await backlog()).toMatchObject([{ site: 'old', waiting: 3, mode: 'removed' }])
    expect((await bench.command(['status'])).out).toMatch(/old \(removed\)/)
    await add('new')
    expect(await bench.ask(['waiting', 'move', 'old', 'new', '--dry-run'])).toMatchObject({ moved: 3, begun: 0 })
    expect(await backlog()).toMatchObject([{ site: 'old', waiting: 3 }])

    expect((await bench.command(['waiting', 'move', 'old', 'new'])).out).toContain('Add --yes to carry it out.')
    expect(await backlog()).toMatchObject([{ site: 'old', waiting: 3 }])
    expect((await bench.command(['waiting', 'move', 'old', 'new', '--yes'])).out).toBe('Moved 3 to new.\n')
    await bench.recorded()
    expect(await bench.ask(['events', '--site', 'new'])).toHaveLength(3)
  })

  it('is dropped when a person says so, twice, and can still be replayed', async () => {
    expect(await bench.command(['waiting', 'drop', 'old'])).toMatchObject({ code: 2 })
    expect(await bench.ask(['waiting', 'drop', 'old', '--dry-run'])).toMatchObject({ dropped: 3 })
    expect(await bench.ask(['waiting', 'drop', 'old', '--yes'])).toMatchObject({ dropped: 3 })
    expect(await backlog()).toEqual([])
    await bench.ask(['replay', '1'])
    expect(await backlog()).toMatchObject([{ site: 'old', waiting: 1 }])
  })

  it('is found after it was dropped, and put back when a person says so', async () => {
    expect((await bench.command(['waiting', 'drop', 'old', '--yes'])).out).toContain('replay --dropped --site old')
    expect(await bench.ask(['replay', '--dropped', '--site', 'old'])).toMatchObject({ dryRun: true, ids: [1, 2, 3] })
    expect(await bench.ask(['replay', '--dropped', '--before', '2026-01-01'])).toMatchObject({ ids: [] })
    expect(await bench.ask(['replay', '--dropped', '--kind', 'complaint'])).toMatchObject({ ids: [] })
    expect(await bench.command(['replay', '--dropped', '--site', 'mistyped'])).toMatchObject({ code: 1 })
    for (const asked of [['dead-letters'], ['replay', '--dead']])
      expect((await bench.command([...asked, '--code', 'RECORD_DROPPED'])).err).toContain('replay --dropped')
    expect((await bench.command(['dead-letters', '--code', 'RECORD_DROPED'])).err).not.toContain('RECORD_DROPPED')
    expect(await backlog()).toEqual([])

    expect(await bench.ask(['replay', '--dropped', '--site', 'old', '--yes'])).toMatchObject({ replayed: 3 })
    expect(await backlog()).toMatchObject([{ site: 'old', waiting: 3 }])
    await add('new')
    expect(await bench.ask(['waiting', 'move', 'old', 'new', '--yes'])).toMatchObject({ moved: 3 })
    await bench.recorded()
    expect(await bench.ask(['events', '--site', 'new'])).toHaveLength(3)
    expect(await bench.ask(['replay', '--dropped'])).toMatchObject({ ids: [] })
  })

  it('is taken up by a site that comes back under its name', async () => {
    await add('old')
    await bench.recorded()
    expect(await bench.ask(['events', '--site', 'old'])).toHaveLength(3)
  })
})

describe('what waits for a site that works', () => {
  it('is nobody’s to move or drop', async () => {
    await add('busy')
    await add('other')
    const moved = await bench.command(['waiting', 'move', 'busy', 'other', '--yes'])
    expect([moved.code, moved.err]).toEqual([1, expect.stringContaining('SITE_AT_WORK')])
    expect((await bench.command(['waiting', 'drop', 'busy', '--yes'])).err).toContain('SITE_AT_WORK')
  })
})

describe('what was kept for no site', () => {
  it('goes to the site that claims it now, when a person asks for another look', async () => {
    await add('one')
    await add('two')
    await bounces('three', 2)
    await bench.recorded()
    expect(await bench.ask(['waiting', 'claim', '--yes'])).toMatchObject({ seen: 2, claimed: [] })
    expect(await bench.ask(['status'])).toMatchObject({ unclaimed: { count: 2, more: false } })

    await add('three')
    const claimed = [{ site: 'three', notifications: 2 }]
    expect(await bench.ask(['waiting', 'claim', '--dry-run'])).toMatchObject({ claimed })
    expect((await bench.command(['waiting', 'claim'])).out).toContain('Add --yes to carry it out.')
    expect(await bench.ask(['waiting', 'claim', '--site', 'one', '--yes'])).toMatchObject({ claimed: [] })
    expect(await backlog()).toEqual([])
    expect(await bench.ask(['waiting', 'claim', '--since', '2100-01-01', '--dry-run'])).toMatchObject({ claimed: [] })
    expect(await bench.ask(['waiting', 'claim', '--yes'])).toMatchObject({ claimed })
    await bench.recorded()
    expect(await bench.ask(['status'])).toMatchObject({ unclaimed: { count: 0, more: false } })
    expect((await bench.command(['status'])).out).not.toContain('Kept for no site')
    expect(await bench.ask(['events', '--site', 'three'])).toHaveLength(2)
  })
})

describe('what was only watched', () => {
  it('is carried out by a replay with --yes, and else only shown', async () => {
    await add('careful')
    const people = 'email\np0@careful.example.org\np1@careful.example.org\n'
    await bench.ask(['contacts', 'import', '-', '--site', 'careful'], { stdin: people })
    await bench.ask(['sites', 'watch', 'careful'])
    await bounces('careful', 2)
    await bench.recorded()
    await bench.ask(['sites', 'record', 'careful'])
    const replay = ['replay', '--watched', '--site', 'careful']
    const watched = ['events', '--site', 'careful', '--state', 'watched']
    expect((await bench.command(replay)).out).toContain('Nothing was changed (dry run). Add --yes to carry it out.\n')
    expect(await bench.ask(watched)).toHaveLength(2)
    expect(await bench.ask([...replay, '--yes'])).toMatchObject({ replayed: 2 })
    await bench.recorded()
    expect(await bench.ask(watched)).toEqual([])
  })
})
