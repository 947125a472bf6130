import { beforeAll, describe, expect, it } from 'vitest'
import { bounceOf, type CrmBench, CrmScene } from '../testing/crmBench.ts'
import { describeUndoing } from './undoing/conformance.ts'

/**
 * What every CRM must do, run over the built-in contact store and over a real CiviCRM with each of its
 * keys: what the one does, it does because the other does.
 */

const hour = 3_600_000

/** CiviCRM's dates have no parts of a second. */
const seconds = (at: number): number => Math.floor(at / 1000) * 1000

/**
 * @param readBack whether the credential may read queue rows and bounces
 */
export function describeCrm(name: string, readBack: boolean, makeBench: () => Promise<CrmBench>): void {
  describe(`the CRM: ${name}`, () => {
    let scene: CrmScene
    let bench: CrmBench
    beforeAll(async () => {
      bench = await makeBench()
      scene = new CrmScene(bench)
    })

    describe('recording a bounce', () => {
      it('holds at the first bounce of a type with threshold 1, with the time of the hold', async () => {
        const row = await scene.sent()
        expect(await scene.record(row, 'Invalid')).toEqual(['recorded'])
        expect(await bench.emailState(row.emailId)).toEqual({
          email: row.email,
          onHold: 1,
          held: true,
          resetDate: null,
        })
        expect(await bench.bounces(row.queueId)).toEqual([{ bounceType: 'Invalid', reason: 'because of Invalid' }])
      })

      it('holds at the third bounce of a type with threshold 3', async () => {
        const row = await scene.sent()
        await scene.record(row, 'Relay', 'Relay')
        expect(await scene.held(row)).toBe(false)
        await scene.record(row, 'Relay')
        expect(await scene.held(row)).toBe(true)
      })

      it('counts over all mailings', async () => {
        const contact = await scene.seed()
        for (const expected of [false, false, true]) {
          await scene.record(await scene.mailing(contact), 'Quota')
          expect(await scene.held(contact)).toBe(expected)
        }
      })

      it('counts each type for itself', async () => {
        const row = await scene.sent()
        await scene.record(row, 'Relay', 'Quota', 'Dns', 'Relay', 'Quota', 'Dns', 'Away')
        expect(await scene.held(row)).toBe(false)
      })

      it('holds nothing but the row that the mailing went to', async () => {
        const email = scene.address()
        const [one, other] = [await scene.seed({ email }), await scene.seed({ email })]
        await scene.record(await scene.mailing(one), 'Invalid')
        expect([await scene.held(one), await scene.held(other)]).toEqual([true, false])
      })

      it('counts bounces since the reset date only', async () => {
        const row = await scene.sent()
        await bench.setResetDate(row.emailId, bench.now() + hour)
        await scene.record(row, 'Relay', 'Relay', 'Relay', 'Invalid')
        expect(await scene.held(row)).toBe(false)
        const at = seconds(bench.now() - hour)
        await bench.setResetDate(row.emailId, at)
        await scene.record(row, 'Relay')
        expect(await bench.emailState(row.emailId)).toMatchObject({ onHold: 1, resetDate: at })
      })

      it('does not hold by what was before the release, and holds again by what comes after', async () => {
        const row = await scene.sent()
        await scene.record(row, 'Relay', 'Relay', 'Relay')
        await bench.ageBounces(row.queueId, 2 * hour)
        await bench.unhold(row.emailId)
        await bench.setResetDate(row.emailId, bench.now() - hour)
        await scene.record(row, 'Relay', 'Relay')
        expect(await scene.held(row)).toBe(false)
        await scene.record(row, 'Relay')
        expect(await scene.held(row)).toBe(true)
      })

      it('holds again at once where the release left no reset date', async () => {
        const row = await scene.sent()
        await scene.record(row, 'Invalid')
        await bench.unhold(row.emailId)
        await scene.record(row, 'Away')
        expect(await scene.held(row)).toBe(true)
      })

      it('is not idempotent', async () => {
        const row = await scene.sent()
        const same = bounceOf(row, 'Quota', '[twice] mailbox full')
        await scene.crm.recordBounces([same])
        await scene.crm.recordBounces([same])
        expect(await bench.bounces(row.queueId)).toHaveLength(2)
      })

      it('turns a hold by opt-out into a hold by bounce', async () => {
        const row = await scene.sent({ onHold: 2 })
        await scene.record(row, 'Away')
        expect((await bench.emailState(row.emailId))?.onHold).toBe(2)
        await scene.record(row, 'Invalid')
        expect((await bench.emailState(row.emailId))?.onHold).toBe(1)
      })

      it('accepts the hash in capitals', async () => {
        const row = await scene.sent()
        expect(await scene.record({ ...row, hash: row.hash.toUpperCase() }, 'Quota')).toEqual(['recorded'])
      })

      it('knows a queue row that is gone, and a hash that is wrong', async () => {
        const [gone, wrong] = [await scene.sent(), await scene.sent()]
        await bench.removeQueueRow(gone.queueId)
        expect(await scene.record(gone, 'Invalid')).toEqual(['gone'])
        expect(await scene.record({ ...wrong, hash: '0000000000000000' }, 'Invalid')).toEqual(['gone'])
        expect([await scene.held(gone), await scene.held(wrong)]).toEqual([false, false])
        expect(await bench.bounces(wrong.queueId)).toEqual([])
      })

      it('holds the address that the row has now', async () => {
        const row = await scene.sent()
        const email = scene.address('new')
        await bench.editEmail(row.emailId, email)
        await scene.record(row, 'Invalid')
        expect(await bench.emailState(row.emailId)).toMatchObject({ email, onHold: 1 })
      })

      it('records without a hold where the e-mail row was removed', async () => {
        const row = await scene.sent()
        await bench.removeEmail(row.emailId)
        expect(await scene.record(row, 'Invalid')).toEqual(['recorded'])
        expect(await bench.emailState(row.emailId)).toBeNull()
        expect(await bench.bounces(row.queueId)).toHaveLength(1)
      })

      it('does the others where one of a batch fails, in order', async () => {
        const rows = [await scene.sent(), await scene.sent(), await scene.sent()] as const
        const outcomes = await scene.crm.recordBounces([
          bounceOf(rows[0], 'Invalid', '[1] first'),
          bounceOf({ ...rows[1], hash: 'ffffffffffffffff' }, 'Invalid', '[2] second'),
          bounceOf(rows[2], 'Invalid', '[3] third'),
          bounceOf(rows[0], 'Quota', '[4] fourth'),
        ])
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(['recorded', 'gone', 'recorded', 'recorded'])
        expect(await Promise.all(rows.map(async (row) => scene.held(row)))).toEqual([true, false, true])
        expect(await bench.bounces(rows[0].queueId)).toEqual([
          { bounceType: 'Invalid', reason: '[1] first' },
          { bounceType: 'Quota', reason: '[4] fourth' },
        ])
      })

      it.each([
        ['mailbox 📪 full', 'mailbox \uFFFD full'],
        ["smtp; 550 o'brien: \"no\" & 50% \\ 'x' müller", "smtp; 550 o'brien: \"no\" & 50% \\ 'x' müller"],
        ['550 5.1.1\r\n two lines', '550 5.1.1 two lines'],
        [`[m] ${'ü'.repeat(200)}`, `[m] ${'ü'.repeat(125)}`],
        ['550 <user@example.org> unknown', '550 <user@example.org> unknown'],
      ])('keeps the reason %j', async (reason, kept) => {
        const row = await scene.sent()
        await scene.crm.recordBounces([bounceOf(row, 'Quota', reason)])
        expect((await bench.bounces(row.queueId))[0]?.reason).toBe(kept)
      })
    })

    describe('finding addresses', () => {
      it('finds every live row, in any letter case, and nobody else', async () => {
        const email = scene.address('User.Name')
        const rows = [await scene.seed({ email }), await scene.seed({ email })]
        await scene.seed({ email, deleted: true })
        const ids = rows.map(({ emailId }) => emailId)
        expect(await scene.found(email)).toEqual(ids)
        expect(await scene.found(email.toUpperCase(), email.toLowerCase())).toEqual(ids)
        expect(await scene.found(scene.address('nobody'))).toEqual([])
        expect(await scene.found()).toEqual([])
      })

      it.each([
        ["o'brien", ['brien', 'obrien']],
        ['a&b', ['b', 'a']],
        ['müller', ['muller', 'ller']],
        ['straße', ['strasse']],
        ['user+tag', ['user', 'tag']],
        ['a=b', ['b']],
        ['a%b', ['axb', 'ab']],
        ['a_b', ['axb']],
        ['"quoted"', ['quoted']],
      ])('finds %s whole, and nobody like it: %j', async (localpart, likenesses) => {
        const email = scene.address(localpart)
        const { emailId } = await scene.seed({ email })
        for (const likeness of likenesses) await scene.seed({ email: email.replace(localpart, likeness) })
        expect(await scene.found(email)).toEqual([emailId])
      })

      it('finds hundreds at once', async () => {
        const people = [await scene.seed(), await scene.seed(), await scene.seed()]
        const addresses = Array.from({ length: 450 }, () => scene.address('nobody'))
        const [first, second, third] = people.map(({ email }) => email)
        expect(await scene.found(first ?? '', ...addresses, second ?? '', third ?? '')).toEqual(
          people.map(({ emailId }) => emailId),
        )
      })

      it('tells hold, opt-out and reset date', async () => {
        const person = await scene.seed({ onHold: 2, optedOut: true })
        const at = seconds(bench.now() - 30 * hour)
        await bench.setResetDate(person.emailId, at)
        expect(await scene.crm.findAddresses([person.email])).toMatchObject([
          {
            emailId: person.emailId,
            contactId: person.contactId,
            email: person.email,
            onHold: 2,
            resetDate: at,
            optedOut: true,
          },
        ])
        const fresh = await scene.seed()
        expect(await scene.crm.findAddresses([fresh.email])).toMatchObject([
          { onHold: 0, resetDate: null, optedOut: false },
        ])
      })
    })

    describe('hold', () => {
      it('puts on hold once, and tells which rows it changed', async () => {
        const rows = [await scene.seed(), await scene.seed({ onHold: 1 }), await scene.seed({ onHold: 2 })]
        const ids = rows.map(({ emailId }) => emailId)
        expect(await scene.crm.hold(ids)).toEqual([ids[0]])
        expect(await scene.crm.hold(ids)).toEqual([])
        const states = await Promise.all(ids.map(async (id) => bench.emailState(id)))
        expect(states.map((state) => state?.onHold)).toEqual([1, 1, 2])
        expect(states[0]).toMatchObject({ held: true, resetDate: null })
      })

      it('forgets the reset date, as CiviCRM does', async () => {
        const { emailId } = await scene.seed()
        await bench.setResetDate(emailId, bench.now() - hour)
        await scene.crm.hold([emailId])
        expect(await bench.emailState(emailId)).toMatchObject({ onHold: 1, held: true, resetDate: null })
      })

      it('passes over rows that are gone', async () => {
        const [gone, here] = [await scene.seed(), await scene.seed()]
        await bench.removeEmail(gone.emailId)
        expect(await scene.crm.hold([gone.emailId, here.emailId])).toEqual([here.emailId])
        expect(await scene.crm.hold([])).toEqual([])
      })
    })

    describe('optOut', () => {
      it('opts out once, and tells which contacts it changed', async () => {
        const people = [await scene.seed(), await scene.seed({ optedOut: true })]
        const ids = people.map(({ contactId }) => contactId)
        expect(await scene.crm.optOut(ids)).toEqual([ids[0]])
        expect(await scene.crm.optOut(ids)).toEqual([])
        expect(await Promise.all(ids.map(async (id) => bench.optedOut(id)))).toEqual([true, true])
      })

      it('leaves contacts in the bin alone', async () => {
        const [deleted, live] = [await scene.seed({ deleted: true }), await scene.seed()]
        expect(await scene.crm.optOut([deleted.contactId, live.contactId])).toEqual([live.contactId])
        expect(await bench.optedOut(deleted.contactId)).toBe(false)
      })

      it('passes over contacts that never were', async () => {
        expect(await scene.crm.optOut([2_000_000_000])).toEqual([])
      })
    })

    it('knows whether it can read back', async () => {
      expect(await scene.crm.capabilities()).toEqual({ readBack })
    })

    describeUndoing(() => scene, readBack)

    const describeRest = readBack ? describeReading : describeNotReading
    describeRest(() => scene)
  })
}

/** With 'administer CiviCRM'. */
function describeReading(scene: () => CrmScene): void {
  describe('reading back', () => {
    it('gives queue rows with the address of today', async () => {
      const [edited, removed, gone] = [await scene().sent(), await scene().sent(), await scene().sent()]
      const email = scene().address('new')
      await scene().bench.editEmail(edited.emailId, email)
      const at = seconds(scene().bench.now() - 5 * hour)
      await scene().bench.setResetDate(edited.emailId, at)
      await scene().bench.removeEmail(removed.emailId)
      await scene().bench.removeQueueRow(gone.queueId)
      const rows = await scene().crm.findQueueRows([edited.queueId, removed.queueId, gone.queueId])
      const { queueId, hash, contactId, emailId } = edited
      expect(rows).toEqual([
        { queueId, hash, contactId, emailId, email, resetDate: at },
        {
          queueId: removed.queueId,
          hash: removed.hash,
          contactId: removed.contactId,
          emailId: null,
          email: null,
          resetDate: null,
        },
      ])
    })

    it('finds markers in the reasons of their own queue rows', async () => {
      const [one, other] = [await scene().sent(), await scene().sent()]
      await scene().crm.recordBounces([
        bounceOf(one, 'Quota', '[a1%b] first'),
        bounceOf(one, 'Relay', '[c2] second'),
        bounceOf(other, 'Quota', '[d3] third'),
      ])
      const found = await scene().crm.findRecorded([
        { queueId: one.queueId, marker: '[a1%b]' },
        { queueId: one.queueId, marker: '[c2]' },
        { queueId: one.queueId, marker: '[d3]' },
        { queueId: one.queueId, marker: '[a1_b]' },
        { queueId: other.queueId, marker: '[e4]' },
      ])
      expect(found).toEqual(new Set(['[a1%b]', '[c2]']))
    })
  })
}

/** With the least-privilege role. */
function describeNotReading(scene: () => CrmScene): void {
  describe('without reading back', () => {
    it('says that it cannot read queue rows', async () => {
      const { queueId } = await scene().sent()
      expect(await scene().crm.findQueueRows([queueId])).toBe('unknown')
    })

    it('refuses to look for markers', async () => {
      const { queueId } = await scene().sent()
      await expect(scene().crm.findRecorded([{ queueId, marker: '[a1]' }])).rejects.toMatchObject({
        kind: 'permission',
        unknown: false,
        passes: false,
      })
    })
  })
}
