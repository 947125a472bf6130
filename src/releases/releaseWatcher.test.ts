import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CrmError, type Crm, type FoundReleases, type ReleasedRow } from '../civicrm/crm.ts'
import { soleInstance } from '../leases/heldLeases.ts'
import type { SiteInput } from '../settings/site.ts'
import { sqliteRemovals } from '../suppression/sqlite/removals.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { TestDatabase } from '../testing/testDatabase.ts'
import type { ReleaseStore } from './releaseStore.ts'
import { ReleaseWatcher } from './releaseWatcher.ts'
import { sqliteReleaseStore } from './sqlite/releaseStore.ts'

const minute = 60_000

let test: TestDatabase
let time: FakeTime
let begun: number
let settings: MemorySettings
let releases: ReleaseStore
let watcher: ReleaseWatcher
/** What was asked, in order: site, mark, limit and minutes since the beginning. */
let asked: string[]
let told: string[]
let woken: number
/** Rows that were taken off hold at each site, oldest first. */
let released: Map<string, ReleasedRow[]>
let answer: (site: string, found: FoundReleases, signal: AbortSignal) => Promise<FoundReleases>
let standing: Map<string, 'held' | 'gone'>
let tellLeases: () => void
let connections: number

beforeEach(() => {
  test = new TestDatabase()
  time = new FakeTime()
  begun = time.now()
  settings = new MemorySettings()
  releases = sqliteReleaseStore(test.database)
  asked = []
  told = []
  woken = 0
  released = new Map()
  answer = async (_site, found) => found
  standing = new Map()
  connections = 0
  watcher = watcherNow()
})
afterEach(async () => {
  await watcher.stop()
  if (connections > 0) throw new Error('connections were left open')
  await test[Symbol.asyncDispose]()
})

function watcherNow(random = 0): ReleaseWatcher {
  return new ReleaseWatcher({
    releases,
    removals: sqliteRemovals(test.database),
    remover: { wake: () => (woken += 1) },
    settings,
    connect: ({ id }) => crmOf(id),
    leases: {
      ...soleInstance('one'),
      standing: (lease) => standing.get(lease) ?? 'held',
      onChange: (listener) => {
        tellLeases = listener
        return () => undefined
      },
    },
    clock: time,
    timers: time,
    random: () => random,
    told: {
      found: (site, count) => told.push(`${site} ${count}`),
      trouble: (site, { kind }) => told.push(`${site} ${kind}`),
      fault: (error) => {
        throw error
      },
    },
  })
}

/** A CRM whose marks are the reset dates themselves. */
function crmOf(site: string): Crm {
  connections += 1
  const crm: Pick<Crm, 'findReleases' | 'close'> = {
    findReleases: async (since, limit, signal) => {
      asked.push(`${site} ${since === null ? null : Number(since) - begun} ${limit} ${(time.now() - begun) / minute}`)
      const rows =
        since === null ? [] : (released.get(site) ?? []).filter((row) => (row.resetDate ?? 0) >= Number(since))
      const some = rows.slice(0, limit)
      const mark = String(some.at(-1)?.resetDate ?? since ?? time.now())
      return answer(site, { rows: some, mark }, signal!)
    },
    close: async () => void (connections -= 1),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is asked of it
  return crm as Crm
}

async function addSite(id: string, more: Partial<SiteInput> = {}): Promise<void> {
  await settings.saveSite(testSite(id, [], more))
}

function release(site: string, emailId: number, resetDate = time.now()): void {
  const rows = released.get(site) ?? []
  released.set(site, rows)
  rows.push({ emailId, contactId: emailId, email: `reader${emailId}@example.org`, resetDate, holdDate: null })
}

const known = async (): Promise<readonly string[]> =>
  (await releases.list({ limit: 10_000 })).map(({ site, emailId, suppression }) => `${site} ${emailId} ${suppression}`)

describe('releases that staff make', () => {
  it('are looked for in the usual time where the clock is set back by a day, and where it was while nothing ran', async () => {
    await addSite('alpha')
    watcher.start()
    await time.advance(minute)
    expect(asked).toHaveLength(1)
    time.setClock(-24 * 60 * minute)
    await time.advance(16 * minute)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.length).toBeLessThanOrEqual(3)
    await watcher.stop()
    time.setClock(-24 * 60 * minute)
    watcher = watcherNow()
    watcher.start()
    const before = asked.length
    await time.advance(minute)
    expect(asked).toHaveLength(before + 1)
  })

  it('are found from the first look on, every quarter of an hour, each once', async () => {
    await addSite('alpha')
    release('alpha', 1, begun - minute)
    watcher.start()
    await time.advance(minute)
    release('alpha', 2, time.now() + 1)
    await time.advance(15 * minute)
    release('alpha', 3)
    await time.advance(30 * minute)
    expect(asked).toEqual([
      'alpha null 500 1',
      `alpha ${minute} 500 16`,
      `alpha ${minute + 1} 500 31`,
      `alpha ${16 * minute} 500 46`,
    ])
    expect(await known()).toEqual(['alpha 3 null', 'alpha 2 null'])
    expect(told).toEqual(['alpha 1', 'alpha 1'])
    expect(woken).toBe(0)
  })

  it('are found after a restart too, from where the last look ended', async () => {
    await addSite('alpha')
    watcher.start()
    await time.advance(2 * minute)
    await watcher.stop()
    release('alpha', 1)
    await time.advance(60 * minute)
    watcher = watcherNow()
    watcher.start()
    await time.advance(minute)
    expect(await known()).toEqual(['alpha 1 null'])
  })

  it('have the suppression list cleared where the site asks for it', async () => {
    await addSite('alpha', { releases: { clearSuppression: true } })
    await addSite('beta')
    watcher.start()
    await time.advance(2 * minute)
    release('alpha', 1)
    release('beta', 2)
    await time.advance(15 * minute)
    expect((await known()).toSorted()).toEqual(['alpha 1 wanted', 'beta 2 null'])
    expect(woken).toBe(1)
  })

  it('are only listed where the site is in watch mode, which changes nothing', async () => {
    await addSite('alpha', { mode: 'watch', releases: { clearSuppression: true } })
    watcher.start()
    await time.advance(2 * minute)
    release('alpha', 1)
    await time.advance(15 * minute)
    expect(await known()).toEqual(['alpha 1 null'])
    expect(woken).toBe(0)
  })

  it('are looked for as often as the site says, and not where it is paused or says no', async () => {
    await addSite('often', { releases: { everyMinutes: 1 } })
    await addSite('never', { releases: { watch: false } })
    await addSite('paused', { mode: 'paused' })
    watcher.start()
    await time.advance(3 * minute)
    expect(asked.map((text) => text.split(' ')[0])).toEqual(['often', 'often', 'often'])
    asked.length = 0
    await addSite('never', { releases: { watch: true } })
    await addSite('often', { releases: { watch: false } })
    await time.advance(minute)
    expect(asked.map((text) => text.split(' ')[0])).toEqual(['never'])
  })

  it('are looked for by the instance that has the lane, which goes on where the other one was', async () => {
    await addSite('alpha')
    standing.set('lane/alpha', 'gone')
    watcher.start()
    await time.advance(60 * minute)
    expect(asked).toEqual([])
    await releases.keep('alpha', { news: [], mark: String(begun), at: time.now() - 10 * minute })
    standing.set('lane/alpha', 'held')
    tellLeases()
    await time.advance(4 * minute)
    expect(asked).toEqual([])
    await time.advance(minute)
    expect(asked).toEqual(['alpha 0 500 65'])
  })

  it('of many sites are looked for a few at a time, spread over the interval; one that hangs delays no other', async () => {
    for (let number = 0; number < 20; number += 1) await addSite(`site${number}`)
    const hanging = Promise.withResolvers<FoundReleases>()
    answer = async (site, found) => (site === 'site0' ? hanging.promise : found)
    watcher = watcherNow(0.5)
    watcher.start()
    await time.advance(7 * minute)
    expect(asked).toEqual([])
    await time.advance(minute)
    expect(asked).toHaveLength(20)
    await time.advance(15 * minute)
    expect(asked).toHaveLength(39)
    hanging.resolve({ rows: [], mark: '1' })
    await time.advance(0)
  })

  it('wait for the next time where the site is in trouble', async () => {
    await addSite('alpha')
    await addSite('beta')
    answer = async (site, found) => {
      if (site === 'alpha') throw new CrmError('unreachable', 'no connection', { unknown: false, passes: true })
      return found
    }
    watcher.start()
    await time.advance(16 * minute)
    expect(told).toEqual(['alpha unreachable', 'alpha unreachable'])
    answer = async (_site, found) => found
    await time.advance(15 * minute)
    expect((await releases.marks()).has('alpha')).toBe(true)
  })

  it('are read on where there are more than fit into one reading, also of one second', async () => {
    await addSite('alpha')
    await releases.keep('alpha', { news: [], mark: String(begun), at: begun })
    for (let number = 1; number <= 700; number += 1) release('alpha', number, begun + number)
    for (let number = 701; number <= 2000; number += 1) release('alpha', number, begun + 1000)
    const found = await watcher.look(testSite('alpha'), new AbortController().signal)
    expect(found).toBe(2000)
    expect(new Set(await known()).size).toBe(2000)
    expect(asked.map((text) => text.split(' ').slice(1, 3).join(' '))).toEqual([
      '0 500',
      '500 500',
      '1000 500',
      '1000 2000',
    ])
    expect(told).toEqual(['alpha 2000'])
  })

  it('are no longer asked for when the gateway stops', async () => {
    await addSite('alpha')
    answer = async (_site, _found, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          reject(new CrmError('interrupted', 'broken off', { unknown: false, passes: true })),
        )
      })
    watcher.start()
    await time.advance(minute)
    expect(asked).toHaveLength(1)
    await watcher.stop()
    expect(told).toEqual([])
  })
})
