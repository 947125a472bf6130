import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { builtinBench, type BuiltinParts, sendMailing } from '../../testing/builtinBench.ts'
import { type BenchQueueRow, bounceOf } from '../../testing/crmBench.ts'
import { describeCrm } from '../conformance.ts'
import { BuiltinCrm } from './builtinCrm.ts'
import type { ContactStore, StoredContact } from './contactStore.ts'
import type { RecordingStore } from './recordingStore.ts'

/** One database of an engine. */
export interface ContactStoreBench extends Omit<BuiltinParts, 'store' | 'clock'> {
  /** The store of one site in it. */
  storeOf(site: string): ContactStore & RecordingStore
  close(): Promise<void>
}

/** A clock that tests move. */
export interface TestClock {
  time: number
  now(): number
}

/** What every built-in contact store must do, whichever database is behind it. */
export function describeContactStore(name: string, open: (clock: TestClock) => Promise<ContactStoreBench>): void {
  const clock: TestClock = { time: Date.UTC(2026, 10, 24, 18), now: () => clock.time }
  let bench: ContactStoreBench
  beforeAll(async () => {
    bench = await open(clock)
  })
  afterAll(async () => bench.close())

  const storeOf = (site: string): ContactStore & RecordingStore => bench.storeOf(site)
  const crmOf = (store: RecordingStore, bounceTypes = defaultBounceTypes): BuiltinCrm =>
    new BuiltinCrm({ store, bounceTypes, clock })

  describeCrm(`the built-in contact store in ${name}`, true, async () =>
    builtinBench({ ...bench, store: storeOf('conformance'), clock }),
  )

  async function people(store: ContactStore): Promise<readonly StoredContact[]> {
    return store.addContacts([
      { name: 'Ann Bell', emails: ['Ann@Example.org'] },
      { name: 'Bob Bee', emails: ['bob@example.org', 'bob@example.com'] },
      { name: 'Cid Ång', emails: ['ann@example.org'] },
    ])
  }

  function emailIds(contacts: readonly StoredContact[]): readonly number[] {
    return contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  }

  async function sendOne(store: ContactStore, emailId: number): Promise<BenchQueueRow> {
    const [row] = await sendMailing(store, [emailId])
    if (row === undefined) throw new Error('a mailing to one has one queue row')
    return row
  }

  describe(`the built-in contact store in ${name}`, () => {
    it('adds nobody who is there already where that is asked for, so that an import can be repeated', async () => {
      const store = storeOf('import')
      const rows = [
        { name: 'Ann Bell', emails: ['Ann@Example.org'] },
        { name: 'Ann Bell', emails: ['ann@example.org'] },
        // The same address, somebody else.
        { name: 'Cid Ång', emails: ['ann@example.org'] },
      ]
      const first = await store.addContacts(rows, { unlessThere: true })
      expect(first.map(({ name }) => name)).toEqual(['Ann Bell', 'Cid Ång'])
      expect(await store.addContacts(rows, { unlessThere: true })).toEqual([])
      const more = [...rows, { name: 'Bob Bee', emails: ['bob@example.org'] }]
      expect(await store.addContacts(more, { unlessThere: true })).toMatchObject([{ name: 'Bob Bee' }])
      await store.binContact(first[1]!.contactId, true)
      expect(await store.addContacts(rows, { unlessThere: true })).toMatchObject([{ name: 'Cid Ång' }])
      expect(await storeOf('import-elsewhere').addContacts(rows, { unlessThere: true })).toHaveLength(2)
      expect(await store.counts()).toMatchObject({ contacts: 3 })
      expect(await store.addContacts(rows)).toHaveLength(3)
    })

    it('lists contacts with their state and the reasons, newest first', async () => {
      const store = storeOf('listing')
      const ids = emailIds(await people(store))
      const [row] = await sendMailing(store, ids)
      if (row === undefined) throw new Error('no queue row')
      clock.time += 1000
      await crmOf(store).recordBounces([bounceOf(row, 'Quota', '[1] full'), bounceOf(row, 'Invalid', '[2] unknown')])
      expect(await store.list({ touched: true })).toMatchObject([
        {
          name: 'Ann Bell',
          optedOut: false,
          emails: [
            {
              email: 'ann@example.org',
              onHold: 1,
              holdDate: clock.time,
              bounces: [
                { mailing: 'Autumn', bounceType: 'Invalid', reason: '[2] unknown', at: clock.time },
                { mailing: 'Autumn', bounceType: 'Quota', reason: '[1] full' },
              ],
            },
          ],
        },
      ])
      expect((await store.list({ text: 'EXAMPLE.COM' })).map(({ name }) => name)).toEqual(['Bob Bee'])
      expect((await store.list({ text: 'b', limit: 1 })).map(({ name }) => name)).toEqual(['Ann Bell'])
      expect((await store.list()).map(({ emails }) => emails.length)).toEqual([1, 2, 1])
      expect(await store.counts()).toEqual({ contacts: 3, mailings: 1 })
    })

    it('releases with a fresh reset date, so that one soft bounce does not hold again', async () => {
      const store = storeOf('release')
      const [emailId = 0] = emailIds(await people(store))
      const bounced = await sendOne(store, emailId)
      const crm = crmOf(store)
      await crm.recordBounces([bounceOf(bounced, 'Invalid')])
      clock.time += 1000
      expect(await store.release(emailId)).toBe(true)
      expect(await store.release(emailId)).toBe(false)
      await crm.recordBounces([bounceOf(bounced, 'Quota')])
      expect((await store.list())[0]?.emails[0]).toMatchObject({ onHold: 0, holdDate: null, resetDate: clock.time })
      await crm.recordBounces([bounceOf(bounced, 'Invalid')])
      expect((await store.list())[0]?.emails[0]).toMatchObject({ onHold: 1, resetDate: clock.time })
    })

    it('never holds by a type whose threshold is 0, and by the thresholds of the site otherwise', async () => {
      const store = storeOf('thresholds')
      const ids = emailIds(await people(store)).slice(0, 2)
      const types = { ...defaultBounceTypes, Invalid: { id: 6, threshold: 0 }, Quota: { id: 8, threshold: 2 } }
      const [first, second] = await sendMailing(store, ids)
      if (first === undefined || second === undefined) throw new Error('no queue rows')
      await crmOf(store, types).recordBounces([
        bounceOf(first, 'Invalid'),
        bounceOf(first, 'Invalid'),
        bounceOf(second, 'Quota'),
        bounceOf(second, 'Quota'),
      ])
      expect((await store.list()).flatMap(({ emails }) => emails.map(({ onHold }) => onHold))).toEqual([0, 1, 0, 0])
    })

    it('keeps the contacts of two sites apart', async () => {
      const [one, other] = [storeOf('one'), storeOf('other')]
      const contacts = await people(one)
      const [emailId = 0] = emailIds(contacts)
      const contactId = contacts[0]?.contactId ?? 0
      const row = await sendOne(one, emailId)
      const crm = crmOf(other)
      expect(await crm.findAddresses(['ann@example.org'])).toEqual([])
      expect(await crm.findQueueRows([row.queueId])).toEqual([])
      expect(await crm.recordBounces([bounceOf(row, 'Invalid')])).toMatchObject([{ outcome: 'gone' }])
      expect(await crm.hold([emailId])).toEqual([])
      expect(await crm.optOut([contactId])).toEqual([])
      expect([await one.hasEmail(emailId), await other.hasEmail(emailId)]).toEqual([true, false])
      expect(await other.release(emailId)).toBe(false)
      expect(await other.editEmail(emailId, { email: 'x@example.org' })).toBe(false)
      expect(await other.removeEmail(emailId)).toBe(false)
      expect(await other.binContact(contactId, true)).toBe(false)
      expect(await other.removeMailing(row.jobId)).toBe(false)
      expect(await other.list()).toEqual([])
      expect(await one.list()).toHaveLength(3)
    })

    it('never gives out the number of a purged queue row again', async () => {
      const store = storeOf('purged')
      const [emailId = 0] = emailIds(await people(store))
      const first = await store.addMailing({ name: 'First', emailIds: [emailId] })
      expect(await store.removeMailing(first.mailingId)).toBe(true)
      const second = await store.addMailing({ name: 'Second', emailIds: [emailId] })
      expect(second.queueRows[0]?.queueId).toBeGreaterThan(first.queueRows[0]?.queueId ?? 0)
      expect(second.queueRows[0]?.hash).toMatch(/^[0-9a-z]{16}$/)
    })

    it('refuses a mailing to an address that is not there, and writes nothing of it', async () => {
      const store = storeOf('unknown')
      await expect(store.addMailing({ name: 'Autumn', emailIds: [2_000_000_000] })).rejects.toMatchObject({
        code: 'CONTACTS_UNKNOWN_EMAIL',
      })
      expect(await store.counts()).toEqual({ contacts: 0, mailings: 0 })
    })
  })
}
