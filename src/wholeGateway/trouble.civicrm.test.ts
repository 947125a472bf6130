import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { api4 } from '../../testbed/api.ts'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import type { BreakerOpened } from '../recorder/events.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { EndToEnd, freshAddress, type KeyName, keyNames } from '../testing/endToEnd.ts'

/** A site in trouble is tried again sooner than an administrator would need to repair it. */
const pause = { least: 50, first: 100, most: 200 }
const recorderLimits = {
  retry: pause,
  breaker: { tolerated: 1, short: pause, open: pause, repair: { least: 60_000, first: 60_000, most: 60_000 } },
}

let e2e: EndToEnd
beforeAll(async () => {
  e2e = await EndToEnd.start({ recorderLimits })
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
})

// One that fails must not leave its site watched, and so fail all that come after.
afterEach(async () => {
  for (const key of keyNames) await e2e.bench.ask(['sites', 'record', key])
})

/** A mailing to so many, and a report about each: bounces that hold at once, bounces that do not, complaints. */
async function mailing(
  key: KeyName,
  count: number,
): Promise<{ readonly rows: readonly SeededQueueRow[]; readonly requests: readonly SnsRequest[] }> {
  const { rows } = await e2e.testbed.seedMailing({
    recipients: Array.from({ length: count }, () => ({ email: freshAddress() })),
  })
  const names = ['bounce/Permanent/General', 'bounce/Transient/MailboxFull', 'complaint/abuse']
  const feed = e2e.feed(key)
  return { rows, requests: rows.map((row, index) => feed.report(names[index % 3]!, feed.mailing(row))) }
}

const recordedStates = [
  { bounces: ['Invalid'], onHold: 1, optedOut: false },
  { bounces: ['Quota'], onHold: 0, optedOut: false },
  { bounces: ['Spam'], onHold: 1, optedOut: true },
]
const untouched = { bounces: [], onHold: 0, optedOut: false }

const recordedOnce = (rows: readonly SeededQueueRow[]): unknown => rows.map((_, index) => recordedStates[index % 3])
const nothingRecorded = (rows: readonly SeededQueueRow[]): unknown => rows.map(() => untouched)

/** The next time that a site is no longer called. */
async function breakerOpens(): Promise<BreakerOpened> {
  const { recorder } = e2e.bench.gateway.events
  return new Promise((resolve) => {
    const end = recorder.on('breakerOpened', (opened) => {
      end()
      resolve(opened)
    })
  })
}

const waiting = async (): Promise<number> =>
  (await e2e.bench.gateway.operations.inbox.backlog()).reduce((sum, { waiting }) => sum + waiting, 0)

describe.each(keyNames)('with a key of the kind "%s"', (key) => {
  it('watch mode writes nothing, and a replay after switching over records what was watched', async () => {
    const { rows, requests } = await mailing(key, 6)
    const command = async (...argv: readonly string[]): Promise<unknown> => e2e.bench.ask(argv)
    await command('sites', 'watch', key)
    // At the first request of an administrator CiviCRM writes down its own status checks.
    await command('sites', 'test', key)
    const before = await e2e.tables.checksums()
    expect(await e2e.tell(requests)).toEqual([200])
    expect(await e2e.tables.checksums()).toEqual(before)
    expect(await command('events', '--site', key, '--state', 'watched')).toHaveLength(6)

    await command('sites', 'record', key)
    // Reported once more, it is still what was only watched: whoever recorded then may have recorded this.
    expect(await e2e.tell(requests)).toEqual([200])
    expect(await e2e.tables.people(rows)).toEqual(nothingRecorded(rows))

    expect(await command('replay', '--watched', '--site', key, '--dry-run')).toMatchObject({ replayed: 0 })
    expect(await command('replay', '--watched', '--site', key, '--yes')).toMatchObject({ replayed: 6 })
    await e2e.bench.recorded()
    expect(await e2e.tables.people(rows)).toEqual(recordedOnce(rows))
    expect(await command('replay', '--watched', '--site', key, '--yes')).toMatchObject({ replayed: 0 })
  })

  it('accepts everything while PHP is gone, and records each once when it is back', async () => {
    const { rows, requests } = await mailing(key, 30)
    await e2e.testbed.killPhp()
    try {
      const opened = breakerOpens()
      expect(await e2e.bench.postAll([...requests, ...requests])).toEqual([200])
      expect(await opened).toMatchObject({ site: key, code: 'CIVICRM_UNREACHABLE', needsRepair: false })
      expect(await waiting()).toBe(30)
    } finally {
      await e2e.testbed.startPhp()
    }
    await e2e.bench.recorded()
    expect(await e2e.tables.people(rows)).toEqual(recordedOnce(rows))
  })

  it('loses nothing to an address where nobody listens, and goes on when it is corrected', async () => {
    const { rows, requests } = await mailing(key, 6)
    await e2e.bench.ask(['sites', 'edit', key, '--url', 'http://127.0.0.1:1'])
    const opened = breakerOpens()
    expect(await e2e.bench.postAll(requests)).toEqual([200])
    expect(await opened).toMatchObject({ site: key, code: 'CIVICRM_UNREACHABLE' })
    await e2e.bench.ask(['sites', 'edit', key, '--url', e2e.testbed.url])
    await e2e.bench.recorded()
    expect(await e2e.tables.people(rows)).toEqual(recordedOnce(rows))
  })

  it('loses nothing to a wrong API key, asks for repair, and goes on at once with the right one', async () => {
    const { rows, requests } = await mailing(key, 6)
    await e2e.bench.ask(['sites', 'edit', key, '--api-key-stdin'], { stdin: 'no-such-key\n' })
    const opened = breakerOpens()
    expect(await e2e.bench.postAll(requests)).toEqual([200])
    expect(await opened).toMatchObject({ site: key, code: 'CIVICRM_CREDENTIAL', needsRepair: true })
    expect(await waiting()).toBe(6)
    expect(await e2e.tables.people(rows)).toEqual(nothingRecorded(rows))
    // Its pause would last a minute.
    await e2e.bench.ask(['sites', 'edit', key, '--api-key-stdin'], { stdin: `${e2e.apiKey(key)}\n` })
    await e2e.bench.recorded()
    expect(await e2e.tables.people(rows)).toEqual(recordedOnce(rows))
  })
})

describe('a CiviCRM in maintenance mode', () => {
  const maintain = async (core_maintenance_mode: string): Promise<void> => {
    const values = { core_maintenance_mode }
    const reply = await api4(e2e.testbed, e2e.testbed.adminApiKey, 'Setting', 'set', { values })
    expect(reply).toMatchObject({ status: 200 })
  }

  it('lets an administrator in, while everything of the lesser key waits', async () => {
    const [administrators, lessers] = [await mailing('administrator', 6), await mailing('lesser', 6)]
    await maintain('1')
    try {
      const opened = breakerOpens()
      expect(await e2e.bench.postAll([...administrators.requests, ...lessers.requests])).toEqual([200])
      expect(await opened).toMatchObject({ site: 'lesser', code: 'CIVICRM_MAINTENANCE', needsRepair: false })
      await expect.poll(() => waiting()).toBe(6)
      expect(await e2e.tables.people(administrators.rows)).toEqual(recordedOnce(administrators.rows))
      expect(await e2e.tables.people(lessers.rows)).toEqual(nothingRecorded(lessers.rows))
    } finally {
      await maintain('0')
    }
    await e2e.bench.recorded()
    expect(await e2e.tables.people(lessers.rows)).toEqual(recordedOnce(lessers.rows))
  })
})
