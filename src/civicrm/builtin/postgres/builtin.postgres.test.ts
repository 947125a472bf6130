import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultBounceTypes } from '../../../civimail/bounceTypes.ts'
import { systemClock } from '../../../clock.ts'
import type { PostgresDatabase } from '../../../database/postgres/database.ts'
import { SharedClock } from '../../../database/postgres/sharedClock.ts'
import { laneLease } from '../../../leases/leases.ts'
import { PostgresLeases } from '../../../leases/postgres/leases.ts'
import { behindPostgres, sendMailing } from '../../../testing/builtinBench.ts'
import { bounceOf } from '../../../testing/crmBench.ts'
import { LossyLink } from '../../../testing/lossyLink.ts'
import { PostgresTestDatabase } from '../../../testing/postgresDatabase.ts'
import { BuiltinCrm } from '../builtinCrm.ts'
import { describeContactStore } from '../conformance.ts'
import { PostgresContactStore } from './postgresContactStore.ts'

describeContactStore('PostgreSQL', async (clock) => {
  const test = await PostgresTestDatabase.create()
  const database = await test.open()
  return {
    ...behindPostgres(database),
    storeOf: (site) => new PostgresContactStore({ database, site, clock }),
    close: async () => test[Symbol.asyncDispose](),
  }
})

describe('the built-in contact store in PostgreSQL', () => {
  it('takes nothing from an instance that lost the lane, and takes it from the one that has it', async () => {
    const test = await PostgresTestDatabase.create()
    onTestFinished(async () => test[Symbol.asyncDispose]())
    const database = await test.open()
    const leases = await PostgresLeases.open(database, new SharedClock(systemClock))
    const crmOf = (owner: string): BuiltinCrm => {
      const fence = { lease: laneLease('main'), owner }
      const store = new PostgresContactStore({ database, site: 'main', clock: systemClock, fence })
      return new BuiltinCrm({ store, bounceTypes: defaultBounceTypes, clock: systemClock })
    }
    const store = new PostgresContactStore({ database, site: 'main', clock: systemClock })
    const [contact] = await store.addContacts([{ name: 'Ann', emails: ['ann@example.org'] }])
    const [row] = await sendMailing(store, [contact!.emails[0]!.emailId])

    await leases.live('one', 60_000)
    await leases.take('one', [laneLease('main')])
    await leases.giveBack('one', [laneLease('main')])
    await leases.live('two', 60_000)
    await leases.take('two', [laneLease('main')])
    const [one, two] = [crmOf('one'), crmOf('two')]
    const surelyNotDone = { name: 'CrmError', unknown: false, passes: true }
    await expect(one.recordBounces([bounceOf(row!, 'Invalid')])).rejects.toMatchObject(surelyNotDone)
    await expect(one.optOut([contact!.contactId])).rejects.toMatchObject(surelyNotDone)
    await expect(one.hold([row!.emailId])).rejects.toMatchObject(surelyNotDone)
    expect(await store.list({ touched: true })).toEqual([])
    expect(await two.recordBounces([bounceOf(row!, 'Invalid')])).toEqual([{ outcome: 'recorded' }])
    expect((await store.list())[0]?.emails[0]).toMatchObject({ onHold: 1, bounces: [{ bounceType: 'Invalid' }] })
  })

  it('keeps the lane from changing hands while what was recorded under it is not committed', async () => {
    const test = await PostgresTestDatabase.create()
    onTestFinished(async () => test[Symbol.asyncDispose]())
    const database = await test.open()
    const leases = await PostgresLeases.open(database, new SharedClock(systemClock))
    const lane = laneLease('main')
    await leases.live('one', 60_000)
    await leases.take('one', [lane])
    await leases.live('two', 60_000)
    let taken: readonly string[] = []
    let taking: Promise<void> = Promise.resolve()
    const take = async (): Promise<void> => {
      taken = await leases.take('two', [lane])
    }
    await database.transaction(async (queries) => {
      await queries.query('SELECT 1 FROM lease WHERE name = $1 AND owner = $2 FOR SHARE', [lane, 'one'])
      await database.run(`UPDATE instance SET until = now() - interval '1 second' WHERE owner = 'one'`)
      taking = take()
      await someoneWaits(await test.open())
      expect(taken).toEqual([])
    })
    await taking
    expect(taken).toEqual([lane])
  })
})

describe('a commit whose answer is lost', () => {
  /** A lane of its own, on a link that can be broken, and what stands in the store. */
  async function onLossyLink() {
    const test = await PostgresTestDatabase.create()
    onTestFinished(async () => test[Symbol.asyncDispose]())
    const outside = await test.open()
    const link = await LossyLink.to(test.url)
    onTestFinished(async () => link[Symbol.asyncDispose]())
    const database = await test.open({ poolSize: 1 }, link.url)
    const leases = await PostgresLeases.open(outside, new SharedClock(systemClock))
    await leases.live('one', 60_000)
    await leases.take('one', [laneLease('main')])
    const options = { site: 'main', clock: systemClock, fence: { lease: laneLease('main'), owner: 'one' } }
    const store = new PostgresContactStore({ ...options, database: outside })
    const [contact] = await store.addContacts([{ name: 'Ann', emails: ['ann@example.org'] }])
    const [row] = await sendMailing(store, [contact!.emails[0]!.emailId])
    const behind = new PostgresContactStore({ ...options, database })
    const crm = new BuiltinCrm({ store: behind, bounceTypes: defaultBounceTypes, clock: systemClock })
    return { link, outside, crm, bounce: { ...bounceOf(row!, 'Invalid'), reason: 'marked [#1] 550' }, row: row! }
  }

  it('may have been stored: the call counts as unanswered, and the look finds it', async () => {
    const { link, crm, bounce, row } = await onLossyLink()
    link.breakNextCommit({ fate: 'answer lost' })
    await expect(crm.recordBounces([bounce])).rejects.toMatchObject({ name: 'CrmError', unknown: true, passes: true })
    expect(await crm.findRecorded([{ queueId: row.queueId, marker: '[#1]' }])).toEqual(new Set(['[#1]']))
  })

  it('is waited for by the look, however late the server comes to it', async () => {
    const { link, outside, crm, bounce, row } = await onLossyLink()
    const server = Promise.withResolvers<void>()
    link.breakNextCommit({ fate: 'late', until: server.promise })
    await expect(crm.recordBounces([bounce])).rejects.toMatchObject({ name: 'CrmError', unknown: true })
    const look = crm.findRecorded([{ queueId: row.queueId, marker: '[#1]' }])
    await someoneWaits(outside)
    server.resolve()
    expect(await look).toEqual(new Set(['[#1]']))
  })
})

/** Resolves when a connection to this database waits for a lock of another, by the server's own word. */
async function someoneWaits(database: PostgresDatabase): Promise<void> {
  const [found] = await database.query<{ readonly waiting: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock') AS waiting, pg_sleep(0.01)`,
  )
  if (found?.waiting !== true) await someoneWaits(database)
}
