import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { notification, receivedAt } from '../testing/notifications.ts'
import type { ClaimedNotification, Inbox, NotificationEnd } from './inbox.ts'
import { playInbox, rounds } from '../testing/inboxModel.ts'

/** One empty inbox of an engine. */
export interface InboxBench {
  readonly inbox: Inbox
  /** The process ends without any word to the inbox; answers with what the next one opens. */
  crash(): Promise<Inbox>
  close(): Promise<void>
  /** True where calls of one moment run side by side: then their order, which the model foretells, is anyone's. */
  readonly sideBySide?: boolean
}

const now = receivedAt + 1000
const minute = 60_000

/** What every inbox must do, whichever database is behind it. */
export function describeInbox(name: string, open: () => Promise<InboxBench>): void {
  describe(`the inbox in ${name}`, () => {
    let bench: InboxBench
    let inbox: Inbox
    beforeEach(async () => {
      bench = await open()
      inbox = bench.inbox
    })
    afterEach(async () => {
      await bench.close()
    })

    const claim = async (owner: string, more: Partial<Parameters<Inbox['claim']>[0]> = {}) =>
      inbox.claim({ owner, site: 'alpha', limit: 10, now, leaseUntil: now + minute, ...more })
    const acceptAll = async (...numbers: readonly number[]) => {
      for (const number of numbers) await inbox.accept(notification(number))
    }
    describe('accepting', () => {
      it('keeps everything that came, the body byte for byte', async () => {
        const raw = Uint8Array.from({ length: 256 }, (_, index) => index)
        const accepted = notification(1, { addressed: 'alpha', publishedAt: null, channel: 'sqs', raw })
        expect(await inbox.accept(accepted)).toBe('stored')
        const [claimed] = await claim('one')
        expect(await inbox.read(claimed!.id)).toEqual({
          ...accepted,
          raw: expect.toSatisfy((read: Uint8Array) => Buffer.from(read).equals(raw)),
          id: claimed!.id,
          state: 'waiting',
          attempts: 1,
          nextAttemptAt: now + minute,
          leaseUntil: now + minute,
          settledAt: null,
          code: null,
          reason: null,
        })
      })

      it('stores a repeated delivery once', async () => {
        expect(await inbox.accept(notification(1))).toBe('stored')
        expect(await inbox.accept(notification(1, { receivedAt: now }))).toBe('duplicate')
        expect(await inbox.backlog()).toEqual([{ site: 'alpha', waiting: 1, oldestReceivedAt: receivedAt }])
      })

      it('stores one of many that come at the same moment', async () => {
        const outcomes = await Promise.all(Array.from({ length: 20 }, async () => inbox.accept(notification(1))))
        expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1)
        expect(await claim('one')).toHaveLength(1)
      })

      it('knows a message again after it was recorded', async () => {
        await acceptAll(1)
        const [claimed] = await claim('one')
        await inbox.settle('one', [recorded(claimed!.id)])
        expect(await inbox.accept(notification(1))).toBe('duplicate')
        expect(await inbox.backlog()).toEqual([])
      })

      it('tells messages apart by the site addressed and the message id, not by their concatenation', async () => {
        const twins = [
          notification(1, { addressed: 'alpha', messageId: 'x' }),
          notification(1, { addressed: 'beta', messageId: 'x' }),
          notification(1, { addressed: 'alph', messageId: 'ax' }),
          notification(1, { addressed: '', messageId: 'alphax' }),
        ]
        expect(await Promise.all(twins.map(async (one) => inbox.accept(one)))).toEqual(twins.map(() => 'stored'))
      })

      it('tells those who listen which lane has work, and not of duplicates', async () => {
        const heard: string[] = []
        const end = inbox.onWork((site) => heard.push(site))
        await inbox.accept(notification(1, { site: 'beta' }))
        await inbox.accept(notification(1, { site: 'beta' }))
        expect(heard).toEqual(['beta'])
        end()
        await inbox.accept(notification(2))
        expect(heard).toEqual(['beta'])
      })

      it('stores in spite of a listener that fails', async () => {
        inbox.onWork(() => {
          throw new Error('deaf')
        })
        expect(await inbox.accept(notification(1))).toBe('stored')
      })
    })

    describe('moving from lane to lane, and dropping', () => {
      const ids = async (site = 'alpha') => inbox.waitingIds(site, { after: 0, now })

      it('hands over what waits, but for what is claimed, and counts it there', async () => {
        await acceptAll(1, 2, 3)
        const [claimed] = await claim('one', { limit: 1 })
        const free = await ids()
        expect(free).toHaveLength(2)
        expect(await inbox.reassign([...free, claimed!.id], { from: 'alpha', to: 'beta', now })).toBe(2)
        expect((await inbox.backlog()).map(({ site, waiting }) => [site, waiting])).toEqual([
          ['alpha', 1],
          ['beta', 2],
        ])
        const moved = await claim('two', { site: 'beta' })
        expect(moved.map(({ id, attempts }) => [id, attempts])).toEqual(free.map((id) => [id, 1]))
        // Whoever had it in the old lane has nothing more to say.
        expect(await inbox.settle('one', [recorded(claimed!.id)])).toEqual([])
      })

      it('takes what a dead owner claimed, and makes due what waited for a later attempt', async () => {
        await acceptAll(1)
        const [claimed] = await claim('one', { leaseUntil: now })
        expect(await inbox.reassign([claimed!.id], { from: 'alpha', to: 'beta', now })).toBe(1)
        expect(await inbox.settle('one', [recorded(claimed!.id)])).toEqual([claimed!.id])
        expect(await claim('two', { site: 'beta' })).toMatchObject([{ id: claimed!.id }])
      })

      it('tells the other lane, and leaves alone what is in neither', async () => {
        await acceptAll(1)
        await inbox.accept(notification(2, { site: 'gamma' }))
        const heard: string[] = []
        inbox.onWork((site) => heard.push(site))
        const all = [...(await ids()), ...(await ids('gamma'))]
        expect(await inbox.reassign(all, { from: 'alpha', to: 'beta', now })).toBe(1)
        expect(heard).toEqual(['beta'])
        expect(await ids('gamma')).toHaveLength(1)
      })

      it('finds what was recorded for no site, and hands it to one', async () => {
        await inbox.accept(notification(1, { site: '' }))
        await inbox.accept(notification(2, { site: '' }))
        const claimed = await claim('one', { site: '' })
        await inbox.settle('one', [recorded(claimed[0]!.id)])
        const { ids: found, next } = await inbox.ofNoSite(0)
        expect([found, next]).toEqual([[claimed[0]!.id], null])
        expect(await inbox.reassign(found, { from: '', to: 'beta', now })).toBe(1)
        expect(await claim('two', { site: 'beta' })).toMatchObject([{ messageId: claimed[0]!.messageId, attempts: 1 }])
      })

      it('ends what is dropped with its reason, from which it can be revived', async () => {
        await acceptAll(1, 2)
        const [claimed] = await claim('one', { limit: 1 })
        const both = [claimed!.id, ...(await ids())]
        const end = { site: 'alpha', now, code: 'RECORD_DROPPED', reason: 'by a person' }
        expect(await inbox.drop(both, end)).toBe(1)
        const [, dropped] = both
        expect(await inbox.read(dropped!)).toMatchObject({ state: 'recorded', code: 'RECORD_DROPPED' })
        expect((await inbox.backlog()).map(({ waiting }) => waiting)).toEqual([1])
        expect(await inbox.revive([dropped!], now)).toBe(1)
        expect(await ids()).toEqual([dropped])
      })

      it('finds what was dropped, by site and time, and nothing that was recorded or is no longer kept', async () => {
        await acceptAll(1, 2)
        await inbox.accept(notification(3, { site: 'beta' }))
        const [claimed] = await claim('one', { limit: 1 })
        await inbox.settle('one', [recorded(claimed!.id)])
        const [second] = await ids()
        const [other] = await inbox.waitingIds('beta', { after: 0, now })
        const end = { code: 'RECORD_DROPPED', reason: 'by a person' }
        await inbox.drop([second!], { ...end, site: 'alpha', now })
        await inbox.drop([other!], { ...end, site: 'beta', now: now + 5 })
        const dropped = async (filter: Parameters<Inbox['dropped']>[1] = {}, after = 0): Promise<unknown> =>
          inbox.dropped(after, filter)
        expect(await dropped()).toEqual({ ids: [second, other], next: null })
        expect(await dropped({}, second)).toEqual({ ids: [other], next: null })
        expect(await dropped({ site: 'beta' })).toEqual({ ids: [other], next: null })
        expect(await dropped({ since: now + 1 })).toEqual({ ids: [other], next: null })
        expect(await dropped({ before: now + 5 })).toEqual({ ids: [second], next: null })
        await inbox.revive([second!], now)
        expect(await dropped()).toEqual({ ids: [other], next: null })
      })
    })

    describe('claiming', () => {
      it('takes the oldest of one lane, in order, and no more than asked', async () => {
        await acceptAll(3, 1, 2)
        await inbox.accept(notification(9, { site: 'beta' }))
        const first = await claim('one', { limit: 2 })
        const second = await claim('one')
        expect(texts(first)).toEqual([3, 1])
        expect(texts(second)).toEqual([2])
        expect(ids(first).toSorted((a, b) => a - b)).toEqual(ids(first))
        expect(texts(await claim('one', { site: 'beta' }))).toEqual([9])
      })

      it('gives each notification to one of those who claim at once', async () => {
        await acceptAll(1, 2, 3, 4, 5, 6)
        const parts = await Promise.all(['one', 'two', 'three'].map(async (owner) => claim(owner, { limit: 3 })))
        expect(
          parts
            .flatMap(ids)
            .toSorted((a, b) => a - b)
            .filter((id, index, all) => id !== all[index - 1]),
        ).toHaveLength(6)
      })

      it('counts attempts, and a lease that ran out is claimed by anyone', async () => {
        await acceptAll(1)
        expect((await claim('one'))[0]!.attempts).toBe(1)
        expect(await claim('two', { now: now + minute - 1 })).toEqual([])
        const [again] = await claim('two', { now: now + minute, leaseUntil: now + 2 * minute })
        expect(again!.attempts).toBe(2)
      })

      it('claims at once whatever the clock says of the time of arrival', async () => {
        await inbox.accept(notification(1, { receivedAt: now + 24 * 60 * minute }))
        expect(await claim('one')).toHaveLength(1)
      })

      it('renews only what is still held, and then it is held longer', async () => {
        await acceptAll(1, 2)
        const [first, second] = await claim('one')
        await inbox.settle('one', [recorded(second!.id)])
        const kept = await inbox.renew('one', [first!.id, second!.id, 4711], now + 3 * minute)
        expect(kept).toEqual([first!.id])
        expect(await claim('two', { now: now + 2 * minute })).toEqual([])
        expect(await inbox.renew('two', [first!.id], now + 9 * minute)).toEqual([])
      })
    })

    describe('settling', () => {
      it('takes what is recorded or dead out of the lane', async () => {
        await acceptAll(1, 2)
        const [first, second] = await claim('one')
        expect(await inbox.settle('one', [recorded(first!.id), dead(second!.id)])).toEqual([])
        expect(await inbox.backlog()).toEqual([])
        expect(await inbox.nextDue('alpha')).toBeNull()
        expect(await claim('two', { now: now + 24 * 60 * minute })).toEqual([])
        expect(await inbox.read(first!.id)).toMatchObject({ state: 'recorded', leaseUntil: null, code: null })
        expect(await inbox.read(second!.id)).toMatchObject({ state: 'dead', code: 'BROKEN', reason: 'no JSON' })
      })

      it('puts off until the time given, with or without counting the attempt', async () => {
        await acceptAll(1, 2)
        const [first, second] = await claim('one')
        await inbox.settle('one', [deferred(first!.id, true), deferred(second!.id, false)])
        expect(await inbox.read(first!.id)).toMatchObject({
          state: 'waiting',
          nextAttemptAt: now + minute,
          leaseUntil: null,
          code: 'CRM_DOWN',
          reason: 'not now',
        })
        expect(await claim('two', { now: now + minute - 1 })).toEqual([])
        const again = await claim('two', { now: now + minute, leaseUntil: now + 2 * minute })
        expect(again.map(({ attempts }) => attempts)).toEqual([2, 1])
      })

      it('is void for an owner whose lease has gone to another, and says so', async () => {
        await acceptAll(1, 2)
        const [first, second] = await claim('one')
        await claim('two', { now: now + minute, leaseUntil: now + 2 * minute, limit: 1 })
        expect(await inbox.settle('one', [dead(first!.id), recorded(second!.id)])).toEqual([first!.id])
        expect(await inbox.read(first!.id)).toMatchObject({ state: 'waiting', leaseUntil: now + 2 * minute })
        expect(await inbox.settle('two', [recorded(first!.id)])).toEqual([])
      })

      it('holds for an owner whose lease ran out as long as nobody took it', async () => {
        await acceptAll(1)
        const [only] = await claim('one', { leaseUntil: now - 1 })
        expect(await inbox.settle('one', [recorded(only!.id)])).toEqual([])
      })

      it('changes nothing a second time', async () => {
        await acceptAll(1)
        const [only] = await claim('one')
        await inbox.settle('one', [recorded(only!.id)])
        expect(await inbox.settle('one', [dead(only!.id), deferred(only!.id, true)])).toEqual([only!.id, only!.id])
        expect((await inbox.read(only!.id))?.state).toBe('recorded')
      })
    })

    describe('after a crash', () => {
      it('still has what was accepted, and leases run on', async () => {
        await acceptAll(1, 2)
        await claim('one', { limit: 1 })
        inbox = await bench.crash()
        expect(texts(await claim('two'))).toEqual([2])
        expect(texts(await claim('two', { now: now + minute }))).toEqual([1, 2])
      })

      it('takes back all leases at once, attempts counted, deferred ones left alone', async () => {
        await acceptAll(1, 2, 3)
        const [first] = await claim('one', { limit: 2 })
        await inbox.settle('one', [deferred(first!.id, true)])
        inbox = await bench.crash()
        const heard: string[] = []
        inbox.onWork((site) => heard.push(site))
        expect(await inbox.releaseLane('alpha')).toBe(1)
        expect(heard).toEqual(['alpha'])
        const again = await claim('two')
        expect(texts(again)).toEqual([2, 3])
        expect(again.map(({ attempts }) => attempts)).toEqual([2, 1])
        expect(await inbox.settle('one', [recorded(again[0]!.id)])).toEqual([again[0]!.id])
      })
    })

    describe('dead letters', () => {
      it('are listed newest first, by site and by the time of death', async () => {
        await acceptAll(1, 2)
        await inbox.accept(notification(3, { site: 'beta' }))
        const claimed = [...(await claim('one')), ...(await claim('one', { site: 'beta' }))]
        await inbox.settle(
          'one',
          claimed.map(({ id }, index) => dead(id, now + index)),
        )
        expect(await inbox.deadCount()).toBe(3)
        expect(texts(await inbox.deadLetters({ limit: 10 }))).toEqual([3, 2, 1])
        expect(texts(await inbox.deadLetters({ limit: 1 }))).toEqual([3])
        expect(texts(await inbox.deadLetters({ limit: 10, site: 'alpha' }))).toEqual([2, 1])
        expect(texts(await inbox.deadLetters({ limit: 10, since: now + 1 }))).toEqual([3, 2])
        expect(texts(await inbox.deadLetters({ limit: 10, before: now + 1 }))).toEqual([1])
        const [newest] = await inbox.deadLetters({ limit: 1 })
        expect(texts(await inbox.deadLetters({ limit: 1, after: newest }))).toEqual([2])
        expect(texts(await inbox.deadLetters({ limit: 10, code: newest?.code ?? '' }))).toContain(3)
        expect(await inbox.deadLetters({ limit: 10, code: 'NO_SUCH_CODE' })).toEqual([])
      })

      it('come to life again with a fresh count, as do recorded ones, and nothing else does', async () => {
        await acceptAll(1, 2, 3)
        const [first, second, third] = await claim('one')
        await inbox.settle('one', [dead(first!.id), recorded(second!.id)])
        const heard: string[] = []
        inbox.onWork((site) => heard.push(site))
        expect(await inbox.revive([first!.id, second!.id, third!.id, 4711], now)).toBe(2)
        expect(heard).toEqual(['alpha'])
        expect(await inbox.deadCount()).toBe(0)
        expect(await inbox.deadLetters({ limit: 10 })).toEqual([])
        const again = await claim('two')
        expect(texts(again)).toEqual([1, 2])
        expect(again.map(({ attempts }) => attempts)).toEqual([1, 1])
        expect(await inbox.read(first!.id)).toMatchObject({ state: 'waiting', code: null, reason: null })
      })
    })

    describe('hastening', () => {
      it('makes due at once what waits for a later attempt in this lane, and leaves claims alone', async () => {
        await acceptAll(1, 2)
        await inbox.accept(notification(9, { site: 'beta' }))
        const [first] = await claim('one', { limit: 1 })
        const [other] = await claim('one', { site: 'beta' })
        await inbox.settle('one', [deferred(first!.id, true), deferred(other!.id, true)])
        const [held] = await claim('two')
        expect(await inbox.hasten('alpha', now)).toBe(1)
        expect(await inbox.hasten('alpha', now)).toBe(0)
        expect(texts(await claim('three'))).toEqual([1])
        expect(await claim('three', { site: 'beta' })).toEqual([])
        expect(await inbox.settle('two', [recorded(held!.id)])).toEqual([])
      })
    })

    describe('hastening what waits too long', () => {
      it('leaves alone what is due before the moment given', async () => {
        await acceptAll(1, 2)
        const [soon, late] = await claim('one')
        await inbox.settle('one', [deferred(soon!.id, true, now + minute), deferred(late!.id, true, now + 60 * minute)])
        expect(await inbox.hasten('alpha', now, now + 30 * minute)).toBe(1)
        expect(texts(await claim('two'))).toEqual([2])
      })
    })

    describe('the look at what waits', () => {
      it('counts each lane and names the arrival of the first in line', async () => {
        await inbox.accept(notification(1, { site: 'beta', receivedAt: receivedAt + 5 }))
        await inbox.accept(notification(2, { site: 'beta', receivedAt: receivedAt + 6 }))
        await inbox.accept(notification(3, { site: '' }))
        await claim('one', { site: 'beta', limit: 1 })
        expect(await inbox.backlog()).toEqual([
          { site: '', waiting: 1, oldestReceivedAt: receivedAt },
          { site: 'beta', waiting: 2, oldestReceivedAt: receivedAt + 5 },
        ])
      })

      it('knows the moment at which something that was put off becomes claimable', async () => {
        expect(await inbox.nextDue('alpha')).toBeNull()
        await acceptAll(1, 2)
        expect(await inbox.nextDue('alpha')).toBeNull()
        const [first] = await claim('one')
        await inbox.settle('one', [deferred(first!.id, true, now + 5 * minute)])
        expect(await inbox.nextDue('alpha')).toBe(now + minute)
        expect(await inbox.nextDue('beta')).toBeNull()
      })

      it('names what was put off beyond a moment, the first due first, and nothing that is due, claimed or elsewhere', async () => {
        await acceptAll(1, 2, 3, 4, 5)
        await inbox.accept(notification(6, { site: 'beta' }))
        const [soon, later, latest, held] = await claim('one', { limit: 4 })
        const [elsewhere] = await claim('one', { site: 'beta' })
        await inbox.settle('one', [
          deferred(latest!.id, true, now + 9 * minute),
          deferred(later!.id, true, now + 5 * minute),
          deferred(soon!.id, true, now + minute),
          deferred(elsewhere!.id, true, now + 5 * minute),
        ])
        expect(await inbox.renew('one', [held!.id], now + 7 * minute)).toEqual([held!.id])
        const putOff = [
          { id: later!.id, until: now + 5 * minute },
          { id: latest!.id, until: now + 9 * minute },
        ]
        expect(await inbox.putOff('alpha', now + minute, 10)).toEqual(putOff)
        expect(await inbox.putOff('alpha', now + minute, 1)).toEqual(putOff.slice(0, 1))
        expect(await inbox.putOff('gamma', now, 10)).toEqual([])
      })

      it('has no notification of an unknown id', async () => {
        expect(await inbox.read(1)).toBeNull()
      })
    })
  })

  it(`behaves as its model in every order: the inbox in ${name}`, { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (played) => {
        const bench = await open()
        try {
          const { expected, actual } = await playInbox(bench, played)
          expect(actual).toEqual(expected)
        } finally {
          await bench.close()
        }
      }),
      { numRuns: 30 },
    )
  })
}

function recorded(id: number): NotificationEnd {
  return { id, end: 'recorded', at: now }
}

function dead(id: number, at = now): NotificationEnd {
  return { id, end: 'dead', at, code: 'BROKEN', reason: 'no JSON' }
}

function deferred(id: number, countAttempt: boolean, nextAttemptAt = now + minute): NotificationEnd {
  return { id, end: 'deferred', nextAttemptAt, code: 'CRM_DOWN', reason: 'not now', countAttempt }
}

function ids(claimed: readonly ClaimedNotification[]): readonly number[] {
  return claimed.map(({ id }) => id)
}

/** Which notifications these are, by the number in their bodies. */
function texts(claimed: readonly ClaimedNotification[]): readonly number[] {
  return claimed.map(({ raw }) => Number(/"number":(\d+)/.exec(new TextDecoder().decode(raw))?.[1]))
}
