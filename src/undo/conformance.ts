import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../ledger/ledger.ts'
import { planned } from '../testing/plannedEvents.ts'
import { type NewUndo, undoLeaseMs, type UndoOutcome, type UndoStore } from './undoStore.ts'

export interface UndoBench {
  readonly ledger: Ledger
  readonly undos: UndoStore
  /** As a further instance has it, or the next process after a crash. */
  again(): Promise<UndoStore>
  close(): Promise<void>
}

const now = Date.UTC(2026, 10, 24, 12)
const minute = 60_000

const undo: NewUndo = {
  begunAt: now,
  askedBy: 'zoe',
  why: 'the provider’s outage',
  chosen: { domain: 'example.net', since: now - minute },
}

/** What every store of undos must do, whichever database is behind it. */
export function describeUndoStore(name: string, open: () => Promise<UndoBench>): void {
  describe(`undos in ${name}`, () => {
    let bench: UndoBench
    let undos: UndoStore
    /** Of three effects. */
    let ids: readonly number[]
    beforeEach(async () => {
      bench = await open()
      undos = bench.undos
      const entries = await bench.ledger.plan([planned(1), planned(2), planned(3)])
      ids = entries.flatMap(({ effects }) => effects.map(({ id }) => id))
    })
    afterEach(async () => bench.close())

    const outcome = (effectId: number, more: Partial<UndoOutcome> = {}): UndoOutcome => ({
      effectId,
      state: 'done',
      at: now + minute,
      answer: 'taken back',
      ...more,
    })

    it('keep who asked, when, why, what was chosen and what came of it, newest first', async () => {
      const first = await undos.begin(undo)
      expect(await undos.list(5)).toEqual([{ ...undo, id: first, heardAt: now, endedAt: null, result: null }])
      await undos.end(first, { undo: 2, left: 1 }, now + 5)
      const second = await undos.begin({ ...undo, begunAt: now + 6 })
      expect(second).toBeGreaterThan(first)
      expect(await undos.list(5)).toMatchObject([
        { id: second },
        { ...undo, id: first, endedAt: now + 5, result: { undo: 2, left: 1 } },
      ])
      expect(await undos.list(1)).toHaveLength(1)
    })

    describe('an effect', () => {
      it('is marked before it is undone, and keeps what became of it', async () => {
        const id = await undos.begin(undo)
        expect(await undos.take(id, ids, now + 1)).toEqual(ids)
        expect([...(await undos.find([...ids, 999_999])).values()]).toEqual(
          ids.map((effectId) => ({ effectId, undoId: id, state: 'begun', at: now + 1, answer: null })),
        )
        await undos.settle(id, [outcome(ids[0]!), outcome(ids[1]!, { state: 'left', answer: 'released since' })])
        await undos.settle(id, [])
        expect([...(await (await bench.again()).find(ids)).values()]).toMatchObject([
          { state: 'done', at: now + minute, answer: 'taken back' },
          { state: 'left', answer: 'released since' },
          { state: 'begun' },
        ])
        expect(await undos.find([])).toEqual(new Map())
      })

      it('is undone once; one that was left may be tried again, and one that broke off knows since when', async () => {
        const first = await undos.begin(undo)
        await undos.take(first, ids, now + 1)
        await undos.settle(first, [outcome(ids[0]!), outcome(ids[1]!, { state: 'left' })])
        await undos.end(first, null, now + 2)
        const second = await undos.begin({ ...undo, begunAt: now + 3 })
        expect(await undos.take(second, ids, now + 4)).toEqual(ids.slice(1))
        const found = await undos.find(ids)
        expect(found.get(ids[0]!)).toMatchObject({ undoId: first, state: 'done' })
        expect(found.get(ids[1]!)).toMatchObject({ undoId: second, state: 'begun', at: now + 4, answer: null })
        expect(found.get(ids[2]!)).toMatchObject({ undoId: second, state: 'begun', at: now + 1 })
      })

      it('is settled by the undo that has marked it, and once', async () => {
        const first = await undos.begin(undo)
        await undos.take(first, ids, now)
        await undos.end(first, null, now)
        const second = await undos.begin({ ...undo, begunAt: now + 1 })
        await undos.take(second, ids.slice(0, 1), now + 1)
        await undos.settle(first, [outcome(ids[0]!)])
        expect((await undos.find(ids)).get(ids[0]!)?.state).toBe('begun')
        await undos.settle(second, [outcome(ids[0]!)])
        await undos.settle(second, [outcome(ids[0]!, { state: 'left' })])
        expect((await undos.find(ids)).get(ids[0]!)?.state).toBe('done')
      })
    })

    describe('one at a time', () => {
      it('is at work, in all instances, as long as it says so', async () => {
        const other = await bench.again()
        const id = await undos.begin(undo)
        const refused = { code: 'UNDO_UNDER_WAY', message: `undo ${id} of zoe is at work` }
        await expect(other.begin({ ...undo, begunAt: now + undoLeaseMs - 1 })).rejects.toMatchObject(refused)
        expect(await undos.keep(id, now + undoLeaseMs)).toBe(true)
        const later = { ...undo, begunAt: now + 2 * undoLeaseMs - 1 }
        await expect(other.begin(later)).rejects.toMatchObject(refused)
        await undos.end(id, {}, now + undoLeaseMs)
        expect(await other.begin(later)).toBeGreaterThan(id)
      })

      it('begins of several that are asked for in one moment', async () => {
        const others = await Promise.all([bench.again(), bench.again()])
        const begun = await Promise.allSettled([undos, ...others].map(async (store) => store.begin(undo)))
        expect(begun.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
      })

      it('follows on one that was heard of in a future that a clock set back since has taken away', async () => {
        const dead = await undos.begin({ ...undo, begunAt: now + 24 * 60 * minute })
        const next = await undos.begin(undo)
        expect(await undos.keep(dead, now)).toBe(false)
        await expect(undos.begin({ ...undo, begunAt: now - undoLeaseMs })).rejects.toMatchObject({
          message: `undo ${next} of zoe is at work`,
        })
      })

      it('follows at once on one that broke off in order', async () => {
        await undos.end(await undos.begin(undo), null, now)
        expect(await undos.list(1)).toMatchObject([{ endedAt: null, heardAt: 0, result: null }])
        await undos.begin({ ...undo, begunAt: now + 1 })
      })

      it('follows on one that fell silent, which then writes nothing more', async () => {
        const silent = await undos.begin(undo)
        await undos.take(silent, ids.slice(0, 1), now)
        const other = await bench.again()
        const next = await other.begin({ ...undo, begunAt: now + undoLeaseMs })
        expect(await undos.keep(silent, now + undoLeaseMs)).toBe(false)
        expect(await undos.take(silent, ids, now + undoLeaseMs)).toEqual([])
        expect(await other.take(next, ids, now + undoLeaseMs)).toEqual(ids)
        await undos.settle(silent, [outcome(ids[0]!)])
        expect((await other.find(ids)).get(ids[0]!)?.state).toBe('begun')
      })
    })
  })
}
