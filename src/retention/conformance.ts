import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outageRules } from '../civimail/guard/setAside.ts'
import { assumedFacts } from '../civimail/crmFacts.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { History } from '../ledger/history.ts'
import type { EffectState, Ledger, PlannedEvent } from '../ledger/ledger.ts'
import { notification, receivedAt } from '../testing/notifications.ts'
import {
  bounceEffect,
  decision,
  holdEffect,
  mailEvent,
  occurredAt,
  optOutEffect,
  planned,
} from '../testing/plannedEvents.ts'
import type { RefusedMessages } from '../refused/refusedMessages.ts'
import type { Ages } from './ages.ts'
import { retentionKindNames, type RetentionKind } from './kinds.ts'
import { Retention } from './retention.ts'
import type { RetentionStore } from './retentionStore.ts'

/** One empty store of an engine. */
export interface RetentionBench {
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly history: History
  readonly refused: RefusedMessages
  readonly store: RetentionStore
  close(): Promise<void>
}

const day = 86_400_000
const ages: Ages = { rawMessages: 30, opensAndClicks: 30, facts: 90, addresses: 365, messageKeys: 90, ledger: 1095 }

/** What every store must do when its things grow old. */
export function describeRetention(name: string, open: () => Promise<RetentionBench>): void {
  describe(`retention in ${name}`, () => {
    let bench: RetentionBench
    beforeEach(async () => {
      bench = await open()
    })
    afterEach(async () => {
      await bench.close()
    })

    /** Rounds until everything is at its end, so many days after the beginning. @returns what was removed */
    async function after(
      days: number,
      from = occurredAt + 5000,
      otherAges: Partial<Ages> = {},
    ): Promise<Readonly<Partial<Record<RetentionKind, number>>>> {
      const clock = { now: () => from + days * day + 1 }
      const retention = new Retention({
        store: bench.store,
        ages: { ...ages, ...otherAges },
        clock,
        readyForNames: async () => true,
      })
      const removed: Partial<Record<RetentionKind, number>> = {}
      for (const kind of retentionKindNames)
        for (let ended = false; !ended;) {
          const step = await retention.step(kind)
          if (step.removed > 0) removed[kind] = (removed[kind] ?? 0) + step.removed
          ended = step.ended
        }
      return removed
    }

    async function record(...numbers: readonly number[]): Promise<void> {
      for (const number of numbers) await bench.inbox.accept(notification(number))
      const claimed = await bench.inbox.claim({
        owner: 'one',
        site: 'alpha',
        limit: 1000,
        now: receivedAt,
        leaseUntil: receivedAt + 60_000,
      })
      await bench.inbox.settle(
        'one',
        claimed.map(({ id }) => ({ id, end: 'recorded', at: receivedAt + 1000 })),
      )
    }

    async function plan(event: PlannedEvent, ...states: readonly EffectState[]): Promise<number> {
      const [entry] = await bench.ledger.plan([event])
      for (const [index, { id }] of entry!.effects.entries()) await bringTo(id, states[index] ?? 'done')
      return entry!.eventId
    }

    async function bringTo(effectId: number, state: EffectState): Promise<void> {
      const [at, callId, answer] = [event(1).at, 'call', 'ok']
      if (state === 'planned') return
      if (state === 'watched') {
        await bench.ledger.settle([{ effectId, callId: null, state, at, answer }])
        return
      }
      await bench.ledger.begin([effectId], { callId, at, conclusiveAt: at })
      if (state !== 'calling') await bench.ledger.settle([{ effectId, callId, state, at, answer }])
    }

    const event = (number: number, more: Parameters<typeof planned>[1] = {}): PlannedEvent => planned(number, more)
    const stored = async (of: PlannedEvent) => (await bench.ledger.find([of.key]))[0]
    const storedText = async (): Promise<string> => {
      const ids = (await bench.ledger.search({ limit: 1000 })).map(({ eventId }) => eventId)
      const facts = [...(await bench.history.facts(ids)).values()]
      return JSON.stringify([await bench.ledger.search({ limit: 1000 }), facts])
    }

    describe('of refused messages', () => {
      it('removes those that no one has seen to for as long as raw messages are kept', async () => {
        const message = { queue: 'queue', addressed: '', reason: '', body: Buffer.from('x') }
        for (const [messageId, refusedAt] of [
          ['old', receivedAt],
          ['young', receivedAt + 10 * day],
        ] as const)
          await bench.refused.keep({ ...message, code: 'SNS_RAW_DELIVERY', messageId, refusedAt })
        expect(await after(29, receivedAt)).toEqual({})
        expect(await after(31, receivedAt)).toEqual({ refusedMessages: 1 })
        expect(await bench.refused.list({ limit: 10 })).toMatchObject([{ refusedAt: receivedAt + 10 * day }])
      })

      it('removes those that came after a clock was set back which had run ahead', async () => {
        const message = { queue: 'queue', addressed: '', reason: '', body: Buffer.from('x') }
        for (let number = 0; number < 120; number += 1)
          await bench.refused.keep({
            ...message,
            code: 'SNS_RAW_DELIVERY',
            messageId: `ahead-${number}`,
            refusedAt: receivedAt + 3000 * day,
          })
        for (const messageId of ['one', 'other'])
          await bench.refused.keep({ ...message, code: 'SNS_RAW_DELIVERY', messageId, refusedAt: receivedAt })
        expect(await after(31, receivedAt)).toEqual({ refusedMessages: 2 })
        expect(await after(3031, receivedAt)).toEqual({ refusedMessages: 120 })
      })
    })

    it('counts every row once where two rounds go on at the same time', async () => {
      const count = 250
      for (let number = 1; number <= count; number += 1)
        await bench.ledger.plan([
          event(number, { event: mailEvent(number, { kind: 'open', class: '' }), decision: decision([]) }),
        ])
      const clock = { now: () => occurredAt + 31 * day }
      const retention = new Retention({ store: bench.store, ages, clock, readyForNames: async () => true })
      const round = async (): Promise<number> => {
        let removed = 0
        for (let ended = false; !ended;) {
          const step = await retention.step('opensAndClicks')
          removed += step.removed
          ended = step.ended
        }
        return removed
      }
      const [one, other] = await Promise.all([round(), round()])
      expect(one + other).toBe(count)
      expect(await bench.store.progress('opensAndClicks')).toMatchObject({ removed: count })
    })

    describe('of raw messages', () => {
      it('removes those of recorded notifications, and knows the notifications when they come again', async () => {
        await record(1, 2)
        expect(await after(29, receivedAt)).toEqual({})
        expect(await after(31, receivedAt)).toEqual({ rawMessages: 2 })
        expect(await bench.inbox.accept(notification(1))).toBe('duplicate')
        expect(await bench.inbox.backlog()).toEqual([])
      })

      it('goes by an age of a fraction of a day too', async () => {
        await record(1, 2)
        // 115199997.12 milliseconds, which no column of times takes.
        expect(await after(1, receivedAt, { rawMessages: 1.3333333 })).toEqual({})
        expect(await after(2, receivedAt, { rawMessages: 1.3333333 })).toEqual({ rawMessages: 2 })
      })

      it('puts nothing back to waiting that has no message any more', async () => {
        await record(1)
        await after(31, receivedAt)
        expect(await bench.inbox.revive([1, 2, 3], receivedAt)).toBe(0)
        expect(await bench.inbox.backlog()).toEqual([])
      })

      it('leaves what waits, what is claimed and what is dead', async () => {
        for (const number of [1, 2, 3]) await bench.inbox.accept(notification(number))
        const [dead] = await bench.inbox.claim({
          owner: 'one',
          site: 'alpha',
          limit: 2,
          now: receivedAt,
          leaseUntil: receivedAt + 60_000,
        })
        await bench.inbox.settle('one', [{ id: dead!.id, end: 'dead', at: receivedAt, code: 'X', reason: 'x' }])
        expect(await after(5000, receivedAt)).toEqual({})
        expect(await bench.inbox.revive([dead!.id], receivedAt)).toBe(1)
        expect(
          await bench.inbox.claim({
            owner: 'two',
            site: 'alpha',
            limit: 9,
            now: receivedAt + 60_001,
            leaseUntil: receivedAt + 120_000,
          }),
        ).toHaveLength(3)
      })

      it('leaves those by which a bounce that is set aside is to be recorded', async () => {
        await record(1)
        const [row] = await claimedIds()
        await bench.ledger.plan([
          event(1, {
            notificationId: row!,
            decision: decision([], { rule: outageRules.aside, standing: 'person' }),
          }),
        ])
        expect(await after(5000, receivedAt)).toEqual({})
        const [found] = await bench.ledger.search({ limit: 1 })
        await bench.ledger.redecide(found!.eventId, decision([], { rule: outageRules.dropped }), receivedAt)
        expect(await after(31, receivedAt)).toEqual({ rawMessages: 1 })
      })

      it('forgets the keys at last, which are at least as old', async () => {
        await record(1)
        expect(await after(91, receivedAt)).toEqual({ rawMessages: 1, messageKeys: 1 })
        expect(await bench.inbox.accept(notification(1))).toBe('stored')
      })

      /** Whatever id the engine gave to the only notification: it is the one that comes back. */
      async function claimedIds(): Promise<readonly number[]> {
        for (let id = 1; id < 10_000; id += 1) if ((await bench.inbox.read(id)) !== null) return [id]
        return []
      }
    })

    describe('of addresses', () => {
      const whole = (number: number): PlannedEvent =>
        event(number, {
          event: mailEvent(number, {
            bounce: {
              type: 'Permanent',
              subType: 'General',
              status: '5.1.1',
              action: 'failed',
              diagnosticCode: `smtp; 550 5.1.1 <person${number}@example.org>: unknown user`,
              dsn: true,
            },
          }),
          decision: decision(
            [
              bounceEffect(3000 + number, { reason: `person${number}@example.org is unknown` }),
              holdEffect(`person${number}@example.org`, { emailIds: [4711] }),
              optOutEffect(`person${number}@example.org`, [4712]),
            ],
            { explanation: `The address person${number}@example.org does not exist.` },
          ),
          reference: {
            jobId: 2,
            queueId: 4713,
            hash: 'zzinafzl1gunbnsy',
            action: 'b',
            domain: 'crm.example.org',
            from: 'mail.source',
          },
          facts: {
            ...assumedFacts,
            addressRows: [
              {
                emailId: 1,
                contactId: 1,
                email: `person${number}@example.org`,
                onHold: 0,
                resetDate: null,
                optedOut: false,
              },
            ],
          },
        })

      it('leaves nothing that leads to the person, and everything else', async () => {
        await plan(whole(1))
        expect(await storedText()).toMatch(/person1@example.org/)
        expect(await after(366)).toEqual({ facts: 1, addresses: 1 })
        expect(await storedText()).not.toMatch(/person1|471[123]|zzinafzl1gunbnsy|3001|Zoë/)
        expect(await bench.ledger.search({ limit: 9 })).toMatchObject([
          {
            nameless: true,
            key: { site: 'alpha', sesMessageId: '0102018f-1', kind: 'bounce', class: 'Permanent' },
            decision: { rule: 'bounce-permanent', explanation: 'The address [address] does not exist.' },
            reference: { jobId: 2 },
            event: {
              occurredAt,
              bounce: { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 <[address]>: unknown user' },
            },
            effects: [{ state: 'done' }, { state: 'done' }, { state: 'done' }],
          },
        ])
      })

      it('finds them by the address all the same, in any spelling, among those that came since', async () => {
        await plan(whole(1))
        await plan(whole(2))
        await after(366)
        await plan(event(1, { event: mailEvent(1, { sesMessageId: 'later' }), at: occurredAt + 400 * day }))
        const found = await bench.ledger.search({ recipient: 'Person1@EXAMPLE.org', limit: 10 })
        expect(found.map(({ nameless }) => nameless)).toEqual([false, true])
        expect(await bench.ledger.search({ recipient: 'person1@example.org', limit: 1 })).toEqual([found[0]])
        expect(await bench.ledger.search({ recipient: 'person3@example.org', limit: 10 })).toEqual([])
      })

      it('counts their bounces for the address', async () => {
        await plan(whole(1))
        const before = await bench.ledger.addressBounces('alpha', ['person1@example.org', 'person2@example.org'])
        await after(366)
        expect(await bench.ledger.addressBounces('alpha', ['person1@example.org', 'person2@example.org'])).toEqual(
          before,
        )
        expect(before.get('person1@example.org')).toHaveLength(1)
      })

      it('knows the event when it is reported again, and does nothing', async () => {
        const eventId = await plan(whole(1), 'done', 'refused', 'watched')
        await after(366)
        const before = await stored(whole(1))
        const [again] = await bench.ledger.plan([
          { ...whole(1), notificationId: 999, decision: decision([optOutEffect('person1@example.org')]) },
        ])
        expect(again).toMatchObject({ eventId, fresh: false, nameless: true })
        expect(again!.effects.map(({ state }) => state)).toEqual(['done', 'refused', 'watched'])
        expect((await bench.ledger.redecide(eventId, decision([]), 1)).effects).toEqual(before!.effects)
        expect(await bench.ledger.reopen([101, 999])).toBe(0)
        expect(await stored(whole(1))).toEqual(before)
        expect(await storedText()).not.toMatch(/person1/)
      })

      it('knows one without effects, too', async () => {
        const delivery = event(1, { decision: decision([]) })
        await plan(delivery)
        await after(366)
        const [again] = await bench.ledger.plan([
          { ...delivery, decision: decision([holdEffect('person1@example.org')]) },
        ])
        expect(again).toMatchObject({ fresh: false, effects: [] })
        expect(await storedText()).not.toMatch(/person1/)
      })

      it.each<EffectState>(['planned', 'calling', 'uncertain'])(
        'leaves an event with an effect that is %s',
        async (state) => {
          await plan(whole(1), 'done', state)
          expect(await after(3000)).toEqual({})
          expect(await storedText()).toMatch(/person1@example.org/)
        },
      )

      it('comes back later to those that were not finished', async () => {
        const eventId = await plan(whole(1), 'done', 'calling')
        await plan(whole(2))
        expect(await after(366)).toEqual({ facts: 1, addresses: 1 })
        const [, hold] = (await stored(whole(1)))!.effects
        await bench.ledger.settle([{ effectId: hold!.id, callId: 'call', state: 'done', at: 1, answer: '' }])
        expect(await after(367)).toEqual({ facts: 1 })
        expect(await after(400)).toEqual({ addresses: 1 })
        expect(await stored(whole(1))).toMatchObject({ eventId, nameless: true })
      })

      it('comes back to those as soon where the clock was set back since it last began', async () => {
        await plan(whole(1), 'done', 'calling')
        await after(5000)
        const [, hold] = (await stored(whole(1)))!.effects
        await bench.ledger.settle([{ effectId: hold!.id, callId: 'call', state: 'done', at: 1, answer: '' }])
        expect(await after(400)).toMatchObject({ addresses: 1 })
      })

      it('leaves counts as they are', async () => {
        await plan(whole(1), 'done', 'refused', 'watched')
        const before = await bench.ledger.counts()
        await after(366)
        expect(await bench.ledger.counts()).toEqual(before)
      })
    })

    it('takes the names of opens and clicks sooner, with IP addresses, user agents and links', async () => {
      for (const [number, kind] of (['open', 'click', 'bounce'] as const).entries())
        await plan(
          event(number, {
            event: mailEvent(number, {
              kind,
              class: kind === 'bounce' ? 'Permanent' : `2026 https://example.org/?who=${number}`,
              detail: { ipAddress: '192.0.2.1', userAgent: 'Browser', link: 'https://example.org/?who=1' },
            }),
            decision: decision([]),
          }),
        )
      expect(await after(31)).toEqual({ opensAndClicks: 2 })
      const found = await bench.ledger.search({ limit: 9 })
      expect(Object.fromEntries(found.map(({ nameless, key }) => [key.kind, nameless]))).toEqual({
        bounce: false,
        click: true,
        open: true,
      })
      expect(JSON.stringify(found.filter(({ nameless }) => nameless))).not.toMatch(/192\.0\.2\.1|Browser|who=/)
    })

    it('forgets what CiviCRM said before a decision, and then the whole event', async () => {
      const eventId = await plan(event(1, { facts: assumedFacts }))
      expect(await after(91)).toEqual({ facts: 1 })
      expect([...(await bench.history.facts([eventId])).keys()]).toEqual([])
      expect(await after(1096)).toEqual({ addresses: 1, ledger: 1 })
      expect(await stored(event(1))).toBeNull()
      expect(await bench.ledger.counts()).toEqual([])
    })

    it('goes on in a later run where it was broken off, a hundred rows at a time', async () => {
      await bench.ledger.plan(Array.from({ length: 250 }, (_, number) => event(number, { decision: decision([]) })))
      const clock = { now: () => occurredAt + 366 * day }
      const one = (): Retention => new Retention({ store: bench.store, ages, clock, readyForNames: async () => true })
      expect((await one().report()).find(({ kind }) => kind === 'addresses')?.due).toMatchObject({ rows: 250 })
      expect(await one().step('addresses')).toEqual({ removed: 100, ended: false })
      expect(await one().step('addresses')).toEqual({ removed: 100, ended: false })
      expect((await one().report()).find(({ kind }) => kind === 'addresses')?.due).toMatchObject({ rows: 50 })
      expect(await one().step('addresses')).toEqual({ removed: 50, ended: true })
      expect(await one().step('addresses')).toEqual({ removed: 0, ended: true })
      expect((await one().report()).find(({ kind }) => kind === 'addresses')).toMatchObject({
        due: { rows: 0, isMore: false, oldestAt: null },
        removed: 250,
        removedAt: clock.now(),
      })
    })

    it('recognises every event of any history for ever after, and repeats nothing of it', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('report' as const), number: fc.integer({ min: 1, max: 4 }) }),
        fc.record({
          do: fc.constant('end' as const),
          number: fc.integer({ min: 1, max: 4 }),
          state: fc.constantFrom<EffectState>('calling', 'done', 'refused', 'uncertain', 'watched'),
        }),
        fc.record({ do: fc.constant('retention' as const), days: fc.constantFrom(31, 91, 366, 400) }),
      )
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
          // All runs share one store: each takes names that no other has taken, when it is shrunk, too.
          const run = ++runs
          const of = (number: number): PlannedEvent =>
            event(number, {
              event: mailEvent(number, { sesMessageId: `run-${run}-${number}` }),
              decision: decision([holdEffect(`person${number}@example.org`)]),
            })
          /** What the ledger had to say at each further report, and what it said. */
          const expected: object[] = []
          const answered: object[] = []
          const known = new Map<number, { readonly eventId: number; isDone: boolean }>()
          for (const one of steps) {
            if (one.do === 'retention') await after(one.days)
            else if (one.do === 'report') {
              const [entry] = await bench.ledger.plan([of(one.number)])
              const isDone = entry!.effects.every(({ state }) => state === 'done')
              const before = known.get(one.number)
              if (before === undefined) known.set(one.number, { eventId: entry!.eventId, isDone })
              else {
                expected.push({ ...before, fresh: false })
                answered.push({ eventId: entry!.eventId, isDone, fresh: entry!.fresh })
              }
            } else {
              const [effect] = (await stored(of(one.number)))?.effects ?? []
              if (effect?.state !== 'planned') continue
              await bringTo(effect.id, one.state)
              known.set(one.number, { ...known.get(one.number)!, isDone: one.state === 'done' })
            }
          }
          expect(answered).toEqual(expected)
        }),
        { numRuns: 25 },
      )
    })
  })
}
