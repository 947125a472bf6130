import { describe, expect, it } from 'vitest'
import type { BenchContact, CrmScene } from '../../testing/crmBench.ts'
import type { HeldRow } from '../crm.ts'

/** CiviCRM's dates have no parts of a second, and its clock is its own. */
const aMoment = 5000

/** What an undo needs of every CRM. */
export function describeUndoing(scene: () => CrmScene, readBack: boolean): void {
  const seen = async ({ email, emailId }: BenchContact, becomes: 0 | 2 = 0): Promise<HeldRow> => {
    const rows = await scene().crm.findAddresses([email])
    const row = rows.find((one) => one.emailId === emailId)
    if (row === undefined) throw new Error('the row is not there')
    return { emailId, holdDate: row.holdDate, becomes }
  }

  describe('taking a row off hold', () => {
    it('tells since when it is on hold', async () => {
      const row = await scene().sent()
      expect((await seen(row)).holdDate).toBeNull()
      const before = scene().bench.now()
      await scene().record(row, 'Invalid')
      const { holdDate } = await seen(row)
      expect(holdDate).toBeGreaterThanOrEqual(before - aMoment)
      expect(holdDate).toBeLessThanOrEqual(scene().bench.now() + aMoment)
    })

    it('writes the reset date at the second release too, and no earlier bounce counts any more (D30)', async () => {
      const row = await scene().sent()
      await scene().bench.setResetDate(row.emailId, scene().bench.now() - 90 * 86_400_000)
      await scene().record(row, 'Relay', 'Relay', 'Relay')
      await scene().bench.ageBounces(row.queueId, 60_000)
      const before = scene().bench.now()
      expect(await scene().crm.release([await seen(row)])).toEqual([row.emailId])
      const state = await scene().bench.emailState(row.emailId)
      expect(state).toMatchObject({ onHold: 0, held: false })
      expect(state?.resetDate).toBeGreaterThanOrEqual(before - aMoment)
      await scene().record(row, 'Relay')
      expect(await scene().held(row)).toBe(false)
    })

    it('leaves what is off hold, on hold by opt-out, or held at another time than was seen', async () => {
      const [free, optOut, again] = [
        await scene().sent(),
        await scene().seed({ onHold: 2 }),
        await scene().sent(),
      ] as const
      await scene().record(again, 'Invalid')
      const held = await seen(again)
      const earlier = { ...held, holdDate: (held.holdDate ?? 0) - 60_000 }
      const rows = [{ ...held, emailId: free.emailId }, { ...held, emailId: optOut.emailId }, earlier]
      expect(await scene().crm.release(rows)).toEqual([])
      expect(await scene().held(again)).toBe(true)
      expect(await scene().bench.emailState(optOut.emailId)).toMatchObject({ onHold: 2 })
    })

    it('gives back a hold by opt-out that a bounce had overwritten', async () => {
      const contact = await scene().seed({ onHold: 2 })
      const row = await scene().mailing(contact)
      await scene().record(row, 'Invalid')
      expect(await scene().held(row)).toBe(true)
      expect(await scene().crm.release([await seen(row, 2)])).toEqual([row.emailId])
      expect(await scene().bench.emailState(row.emailId)).toMatchObject({ onHold: 2, held: true })
    })

    it('is done once, and passes over rows that never were', async () => {
      const row = await scene().sent()
      await scene().record(row, 'Invalid')
      const held = await seen(row)
      expect(await scene().crm.release([held, { ...held, emailId: 2_000_000_000 }])).toEqual([row.emailId])
      expect(await scene().crm.release([held])).toEqual([])
      expect(await scene().crm.release([])).toEqual([])
    })
  })

  describe('taking an opt-out back', () => {
    it('changes those that are opted out, and no contact in the bin', async () => {
      const [out, not, bin] = [
        await scene().seed({ optedOut: true }),
        await scene().seed(),
        await scene().seed({ optedOut: true, deleted: true }),
      ] as const
      expect(await scene().crm.optIn([out.contactId, not.contactId, bin.contactId])).toEqual([out.contactId])
      expect(await scene().bench.optedOut(out.contactId)).toBe(false)
      expect(await scene().crm.optIn([out.contactId])).toEqual([])
    })

    it('knows who opted out by himself, or says that it cannot know', async () => {
      const { contactId } = await scene().seed({ optedOut: true })
      expect(await scene().crm.findOwnOptOuts([contactId])).toEqual(readBack ? [] : 'unknown')
    })
  })

  describe('looking for releases', () => {
    it('begins with a mark, and then finds what was released since', async () => {
      const { mark, rows } = await scene().crm.findReleases(null, 100)
      expect(rows).toEqual([])
      const [held, released] = [await scene().sent(), await scene().sent()] as const
      await scene().record(held, 'Invalid')
      await scene().record(released, 'Invalid')
      await scene().crm.release([await seen(released)])
      const found = await scene().crm.findReleases(mark, 100)
      const { emailId, contactId, email } = released
      const one = found.rows.find((row) => row.emailId === emailId)
      expect(one).toEqual({ emailId, contactId, email, resetDate: expect.any(Number), holdDate: null })
      expect(found.rows.map((row) => row.emailId)).not.toContain(held.emailId)
      // Its own second may be read again, and nothing before it; a release without a date is found each time.
      const next = await scene().crm.findReleases(found.mark, 100)
      const dates = next.rows.flatMap(({ resetDate }) => resetDate ?? [])
      expect(dates.every((date) => date >= (one?.resetDate ?? 0))).toBe(true)
    })
  })
}
