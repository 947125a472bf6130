import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RemovalOutcome, Removals, WantedRemoval } from './removals.ts'

export interface RemovalsBench {
  readonly removals: Removals
  close(): Promise<void>
}

const now = Date.UTC(2026, 10, 24, 12)
const minute = 60_000

/** What every store of these must do, whichever database is behind it. */
export function describeRemovals(name: string, open: () => Promise<RemovalsBench>): void {
  describe(`what is to be removed from the suppression lists, in ${name}`, () => {
    let bench: RemovalsBench
    let removals: Removals
    beforeEach(async () => {
      bench = await open()
      removals = bench.removals
    })
    afterEach(async () => bench.close())

    const want = async (site: string, addresses: readonly string[], at = now): Promise<void> =>
      removals.want({ site, addresses, origin: 'undo', at })
    const due = async (at: number): Promise<readonly string[]> =>
      (await removals.due(at, 100)).map(({ site, address }) => `${site} ${address}`)
    const ended = ({ tries: _tries, ...one }: WantedRemoval, more: Partial<RemovalOutcome> = {}): RemovalOutcome => ({
      ...one,
      state: 'removed',
      at: now + minute,
      error: null,
      ...more,
    })

    it('waits from the moment in which it is asked for, of longest first', async () => {
      await want('b', ['two@example.org', 'one@example.org', 'two@example.org'], now + 1)
      await want('a', ['Zoë’s@example.org'])
      await want('a', [])
      expect(await due(now - 1)).toEqual([])
      expect(await due(now)).toEqual(['a Zoë’s@example.org'])
      expect(await due(now + 1)).toEqual(['a Zoë’s@example.org', 'b one@example.org', 'b two@example.org'])
      expect(await removals.due(now + 1, 2)).toHaveLength(2)
      expect((await removals.due(now, 1))[0]).toEqual({
        site: 'a',
        address: 'Zoë’s@example.org',
        askedAt: now,
        tries: 0,
      })
      expect(await removals.nextAt()).toBe(now)
    })

    it('ends, or is tried again later, with what was in the way', async () => {
      await want('a', ['1@example.org', '2@example.org', '3@example.org', '4@example.org'])
      const [one, two, three, four] = await removals.due(now, 4)
      await removals.settle([
        ended(one!),
        ended(two!, { state: 'absent' }),
        ended(three!, { state: 'wanted', error: 'AccessDeniedException' }),
        ended(four!, { state: 'failed', error: 'BadRequestException' }),
      ])
      expect(await due(now)).toEqual([])
      expect(await removals.nextAt()).toBe(now + minute)
      expect(await removals.due(now + minute, 9)).toMatchObject([{ address: '3@example.org', tries: 1 }])
      const counts = { wanted: 1, removed: 1, absent: 1, failed: 1, error: expect.stringMatching(/Exception$/) }
      expect(await removals.counts({ since: now })).toEqual(counts)
      await removals.settle([])
    })

    it('counts by origin and time', async () => {
      await want('a', ['1@example.org'])
      await removals.want({ site: 'a', addresses: ['2@example.org'], origin: 'civicrm', at: now + 1 })
      const waiting = { wanted: 1, removed: 0, absent: 0, failed: 0, error: null }
      expect(await removals.counts({ since: now })).toEqual({ ...waiting, wanted: 2 })
      expect(await removals.counts({ origin: 'undo', since: now })).toEqual(waiting)
      expect(await removals.counts({ since: now + 1 })).toEqual(waiting)
      expect(await removals.counts({ origin: 'undo', since: now + 1 })).toEqual({ ...waiting, wanted: 0 })
    })

    describe('is stuck', () => {
      const hour = 60 * minute
      const stuckAt = async (at: number): Promise<readonly string[]> =>
        (await removals.stuck(at, hour)).map(({ site, count, error }) => `${site} ${count} ${error}`)
      const settleFirst = async (more: Partial<RemovalOutcome>): Promise<void> => {
        const [first] = await removals.due(now + 30 * 24 * hour, 1)
        await removals.settle([ended(first!, more)])
      }

      it('after an hour in vain, and no more when it is removed', async () => {
        await want('a', ['1@example.org'])
        await want('b', ['2@example.org'], now + 1)
        await settleFirst({ state: 'wanted', at: now + hour, error: 'AccessDeniedException' })
        await settleFirst({ state: 'absent', at: now + hour })
        expect(await stuckAt(now + hour - 1)).toEqual([])
        expect(await stuckAt(now + hour)).toEqual(['a 1 AccessDeniedException'])
        await settleFirst({ state: 'removed', at: now + 2 * hour })
        expect(await stuckAt(now + 3 * hour)).toEqual([])
      })

      it('where it waits untried for an hour and nothing at all moves: not where others come first', async () => {
        await want('a', ['1@example.org'])
        await want('b', ['2@example.org', '3@example.org'], now + 1)
        await settleFirst({ at: now + 2 * minute })
        expect(await stuckAt(now + hour + minute)).toEqual([])
        expect(await stuckAt(now + hour + 3 * minute)).toEqual(['b 2 null'])
        await settleFirst({ at: now + hour + 4 * minute })
        expect(await stuckAt(now + hour + 5 * minute)).toEqual([])
      })

      it('for a week after it was given up, unless another one of the site was removed since', async () => {
        await want('a', ['1@example.org', '2@example.org'])
        await settleFirst({ state: 'failed', at: now + hour, error: 'AccessDeniedException' })
        await settleFirst({ state: 'failed', at: now + hour, error: 'AccessDeniedException' })
        expect(await stuckAt(now + 2 * hour)).toEqual(['a 2 AccessDeniedException'])
        expect(await stuckAt(now + 8 * 24 * hour)).toEqual([])
        await want('a', ['2@example.org'], now + 2 * hour)
        await settleFirst({ state: 'removed', at: now + 3 * hour })
        expect(await stuckAt(now + 4 * hour)).toEqual([])
      })
    })

    it('begins anew when it is asked for again, whatever an earlier attempt says then', async () => {
      await want('a', ['1@example.org'])
      const [one] = await removals.due(now, 1)
      await removals.settle([ended(one!, { state: 'failed', error: 'x' })])
      await want('a', ['1@example.org'], now + 5)
      await removals.settle([ended(one!)])
      const [again] = await removals.due(now + 5, 1)
      expect(again).toEqual({ site: 'a', address: '1@example.org', askedAt: now + 5, tries: 0 })
      await removals.settle([ended(again!)])
      await removals.settle([ended(again!, { state: 'wanted' })])
      expect(await removals.nextAt()).toBeNull()
    })

    it('is hastened when a person asks', async () => {
      await want('a', ['1@example.org', '2@example.org'])
      const [one, two] = await removals.due(now, 2)
      await removals.settle([ended(one!, { state: 'wanted', at: now + 60 * minute }), ended(two!)])
      await removals.hasten(now + 1)
      expect(await due(now + 1)).toEqual(['a 1@example.org'])
    })

    it('is hastened only where it would wait for longer than a moment, if that is given', async () => {
      await want('a', ['1@example.org'], now + 59 * minute)
      await want('a', ['2@example.org'], now + 61 * minute)
      await removals.hasten(now, now + 60 * minute)
      expect(await due(now)).toEqual(['a 2@example.org'])
      expect(await due(now + 59 * minute)).toEqual(['a 2@example.org', 'a 1@example.org'])
    })

    it('is forgotten long after its end, and never before', async () => {
      await want('a', ['1@example.org', '2@example.org'])
      const [one] = await removals.due(now, 2)
      await removals.settle([ended(one!)])
      await removals.forget(now + minute)
      expect(await removals.counts({ since: 0 })).toMatchObject({ removed: 1, wanted: 1 })
      await removals.forget(now + 9 * minute)
      expect(await removals.counts({ since: 0 })).toMatchObject({ removed: 0, wanted: 1 })
    })
  })
}
