import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { playLedger, ledgerRounds } from '../testing/ledgerModel.ts'
import {
  bounceEffect,
  decision,
  holdEffect,
  mailEvent,
  occurredAt,
  optOutEffect,
  planned,
} from '../testing/plannedEvents.ts'
import type { ReceiverCount, ReceiverCounts } from '../receivers/receiverCounts.ts'
import type { Ledger, LedgerEntry, PlannedEvent } from './ledger.ts'

/** One empty ledger of an engine. */
export interface LedgerBench {
  readonly ledger: Ledger
  /** On the same database. */
  readonly receivers: Pick<ReceiverCounts, 'read'>
  /** The process ends without any word to the ledger; answers with what the next one opens. */
  crash(): Promise<Ledger>
  /** SQL that both engines know. */
  execute(sql: string): Promise<unknown>
  close(): Promise<void>
}

const at = occurredAt + 60_000
const call = { callId: 'call-1', at, conclusiveAt: at + 300_000 }

/** What every ledger must do, whichever database is behind it. */
export function describeLedger(name: string, open: () => Promise<LedgerBench>): void {
  describe(`the ledger in ${name}`, () => {
    let bench: LedgerBench
    let ledger: Ledger
    beforeEach(async () => {
      bench = await open()
      ledger = bench.ledger
    })
    afterEach(async () => {
      await bench.close()
    })

    const planOne = async (event: PlannedEvent): Promise<LedgerEntry> => (await ledger.plan([event]))[0]!
    const stored = async (event: PlannedEvent): Promise<LedgerEntry> => (await ledger.find([event.key]))[0]!
    const states = async (event: PlannedEvent): Promise<readonly string[]> =>
      (await stored(event)).effects.map(({ effect, state }) => `${effect.effect} ${state}`)

    describe('planning', () => {
      it('stores a fresh event with its decision and planned effects', async () => {
        const event = planned(1, { decision: decision([bounceEffect(1), optOutEffect('person1@example.org')]) })
        const entry = await planOne(event)
        expect(entry).toMatchObject({ fresh: true, key: event.key, decision: event.decision })
        expect(entry.effects.map(({ effect }) => effect)).toEqual(event.decision.effects)
        expect(entry.effects[0]).toMatchObject({
          marker: expect.stringMatching(/^[a-z2-7]{12}$/),
          state: 'planned',
          callId: null,
          calledAt: null,
          conclusiveAt: null,
          settledAt: null,
          answer: null,
        })
        expect(await stored(event)).toEqual({ ...entry, fresh: false })
      })

      it('finds what it has, in the order asked, without writing', async () => {
        const event = planned(1)
        const { eventId } = await planOne(event)
        expect((await ledger.find([planned(2).key, event.key])).map((entry) => entry?.eventId ?? null)).toEqual([
          null,
          eventId,
        ])
      })

      it('meets the stored entry when the event comes again, and notes the further sighting', async () => {
        const first = await planOne(planned(1, { notificationId: 7 }))
        const again = await planOne(planned(1, { notificationId: 9, event: mailEvent(1, { dialect: 'identity' }) }))
        await planOne(planned(1, { notificationId: 9 }))
        expect(again).toEqual({ ...first, fresh: false })
        expect(await ledger.search({ limit: 10 })).toMatchObject([{ notificationIds: [7, 9] }])
      })

      it('lets the first of several reports in one call decide', async () => {
        const other = decision([holdEffect('person1@example.org')])
        const entries = await ledger.plan([
          planned(1, { notificationId: 7 }),
          planned(2),
          planned(1, { notificationId: 9, decision: other }),
        ])
        expect(entries.map(({ fresh }) => fresh)).toEqual([true, true, false])
        expect(entries[2]).toEqual({ ...entries[0], fresh: false })
        expect(entries[0]!.decision).toEqual(planned(1).decision)
        expect((await ledger.search({ recipient: 'person1@example.org', limit: 10 }))[0]!.notificationIds).toEqual([
          7, 9,
        ])
      })

      it('takes the new decision where nothing was begun, together with the report that it goes by', async () => {
        const event = planned(1)
        const first = await planOne(event)
        const decided = decision([holdEffect('person1@example.org')], { rule: 'by-address' })
        const identity = mailEvent(1, { dialect: 'identity' })
        const again = await planOne(planned(1, { decision: decided, event: identity }))
        expect(again).toMatchObject({ eventId: first.eventId, fresh: false, decision: decided })
        expect(await states(event)).toEqual(['hold planned'])
        expect((await ledger.search({ limit: 10 }))[0]!.event).toEqual(identity)
        // The effect that is gone cannot be begun, and its id names nothing else.
        expect(await ledger.begin([first.effects[0]!.id], call)).toEqual([])
        expect(again.effects.map(({ id }) => id)).not.toContain(first.effects[0]!.id)
      })

      it('keeps the effects of a decision that is the same', async () => {
        const first = await planOne(planned(1))
        const again = await planOne(planned(1, { at: at + 1 }))
        expect(again.effects).toEqual(first.effects)
      })

      it('takes the new decision for an event that had no effect, and drops effects that it no longer has', async () => {
        const event = planned(1, { decision: decision([]) })
        await planOne(event)
        expect(await states(event)).toEqual([])
        await planOne(planned(1))
        expect(await states(event)).toEqual(['bounce planned'])
        await planOne(event)
        expect(await states(event)).toEqual([])
        expect(await ledger.counts()).toEqual([])
      })

      it.each(['calling', 'done', 'refused', 'uncertain', 'watched'] as const)(
        'leaves an entry with an effect %s untouched',
        async (state) => {
          const event = planned(1, { decision: decision([bounceEffect(1), optOutEffect('person1@example.org')]) })
          const [effect] = (await planOne(event)).effects
          const effectId = effect!.id
          if (state === 'watched') {
            await ledger.settle([{ effectId, callId: null, state, at, answer: 'watched' }])
          } else {
            await ledger.begin([effectId], call)
            if (state !== 'calling') await ledger.settle([{ effectId, callId: call.callId, state, at, answer: 'said' }])
          }
          const before = await stored(event)
          await planOne(planned(1, { decision: decision([]) }))
          expect(await stored(event)).toEqual(before)
        },
      )

      it('takes the new decision where every call was surely not carried out', async () => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        await ledger.begin([effect!.id], call)
        await ledger.settle([{ effectId: effect!.id, callId: call.callId, state: 'planned', at, answer: 'site down' }])
        await planOne(planned(1, { decision: decision([holdEffect('person1@example.org')]) }))
        expect(await states(event)).toEqual(['hold planned'])
      })

      it('answers with the key as it was asked, whatever text SES wrote', async () => {
        const event = planned(1, { event: mailEvent(1, { sesMessageId: '\uD800 \u0000 \u{1F600}' }) })
        const entry = await planOne(event)
        expect(entry.key).toEqual(event.key)
        expect((await ledger.find([event.key]))[0]).toEqual({ ...entry, fresh: false })
        expect((await planOne(event)).eventId).toBe(entry.eventId)
      })

      it('keeps every text of event, decision, reference and facts as it is, however long', async () => {
        const text = `\uD800 \u0000 \u2028 \u{1F600} ${'Grüße '.repeat(20_000)}`
        const event = planned(1, {
          event: mailEvent(1, { detail: { diagnosticCode: text } }),
          decision: decision([bounceEffect(1, { reason: text })], { explanation: text }),
          reference: { jobId: 1, queueId: 2, hash: text, action: 'b', domain: text, from: 'mail.source' },
        })
        const entry = await planOne(event)
        expect(entry.decision).toEqual(event.decision)
        const [found] = await ledger.search({ limit: 10 })
        expect(found).toMatchObject({ event: event.event, decision: event.decision, reference: event.reference })
        // The same, though what is compared was packed.
        expect((await planOne(event)).effects).toEqual(entry.effects)
      })

      it.each(['event', 'decision', 'reference'])('says of which event the stored %s is damaged', async (column) => {
        const reference = { jobId: 1, queueId: 2, hash: 'h', action: 'b', domain: 'd', from: 'mail.source' } as const
        const { eventId } = await planOne(planned(1, { reference }))
        await planOne(planned(2, { reference }))
        await bench.execute(`UPDATE mail_event SET ${column} = substr(${column}, 1, 9) WHERE id = ${eventId}`)
        await expect(ledger.search({ limit: 10 })).rejects.toMatchObject({
          code: 'STORAGE_CORRUPT',
          message: expect.stringContaining(`${column} of mail event ${eventId} `),
        })
        expect(await ledger.search({ recipient: 'person2@example.org', limit: 10 })).toMatchObject([{ reference }])
      })

      it('carries out once what a decision names twice', async () => {
        const entry = await planOne(planned(1, { decision: decision([bounceEffect(1), bounceEffect(1)]) }))
        expect(entry.effects).toHaveLength(1)
      })

      it('counts what a new event says of its receiving domain in the same commit, and each once', async () => {
        const domain = 'one.example'
        const receiver: ReceiverCount = { domain, at, count: 1, outcome: { outcome: 'delivered' } }
        const counted = async (): Promise<number | undefined> => {
          const span = { historySince: at, windowSince: at, until: at + 1 }
          return (await bench.receivers.read('alpha', [domain], span)).get(domain)?.window.delivered
        }
        const events = [1, 2].map((number) => planned(number, { receiver }))
        await ledger.plan([...events, ...events, planned(3)])
        expect(await counted()).toBe(2)
        await ledger.plan([...events, planned(4, { receiver })])
        expect(await counted()).toBe(3)
        const impossible = { ...planned(6, { receiver }), decision: decision([]), at: Number.NaN }
        await expect(ledger.plan([planned(5, { receiver }), impossible])).rejects.toBeInstanceOf(Error)
        expect(await counted()).toBe(3)
      })

      it('stores nothing of a call of which one event cannot be stored', async () => {
        const impossible = { ...planned(2), decision: decision([]), at: Number.NaN }
        await expect(ledger.plan([planned(1), impossible])).rejects.toBeInstanceOf(Error)
        expect(await ledger.find([planned(1).key])).toEqual([null])
      })
    })

    describe('calling', () => {
      it('begins what is planned, once, durable on return', async () => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        expect(await ledger.begin([effect!.id, 4711], call)).toEqual([effect!.id])
        expect(await ledger.begin([effect!.id], { ...call, callId: 'call-2' })).toEqual([])
        ledger = await bench.crash()
        expect((await stored(event)).effects[0]).toMatchObject({
          state: 'calling',
          callId: 'call-1',
          calledAt: at,
          conclusiveAt: at + 300_000,
        })
      })

      it.each(['done', 'refused', 'uncertain'] as const)('writes that it is %s, and what was said', async (state) => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        await ledger.begin([effect!.id], call)
        const outcome = { effectId: effect!.id, callId: call.callId, state, at: at + 1, answer: 'said' }
        expect(await ledger.settle([outcome])).toEqual([effect!.id])
        expect((await stored(event)).effects[0]).toMatchObject({
          state,
          settledAt: at + 1,
          answer: 'said',
          callId: 'call-1',
        })
        expect(await ledger.begin([effect!.id], call)).toEqual([])
      })

      it('gives back what was surely not done: it can be begun by another call', async () => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        const effectId = effect!.id
        await ledger.begin([effectId], call)
        await ledger.settle([{ effectId, callId: call.callId, state: 'planned', at, answer: 'maintenance' }])
        expect((await stored(event)).effects[0]).toMatchObject({
          state: 'planned',
          callId: null,
          answer: 'maintenance',
        })
        expect(await ledger.begin([effectId], { ...call, callId: 'call-2' })).toEqual([effectId])
        // The late answer to the first call is about nothing that still is.
        expect(await ledger.settle([{ effectId, callId: call.callId, state: 'done', at, answer: 'late' }])).toEqual([])
        expect((await stored(event)).effects[0]).toMatchObject({ state: 'calling', callId: 'call-2' })
      })

      it('learns later what was uncertain, of the same call only', async () => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        const effectId = effect!.id
        await ledger.begin([effectId], call)
        await ledger.settle([{ effectId, callId: call.callId, state: 'uncertain', at, answer: 'cannot look' }])
        const found = { effectId, state: 'done', at, answer: 'found' } as const
        expect(await ledger.settle([{ ...found, callId: 'call-2' }])).toEqual([])
        expect(await ledger.settle([{ ...found, callId: call.callId }])).toEqual([effectId])
      })

      it('changes nothing that is done, and settles without a call only what is planned', async () => {
        const event = planned(1)
        const [effect] = (await planOne(event)).effects
        const effectId = effect!.id
        await ledger.begin([effectId], call)
        expect(await ledger.settle([{ effectId, callId: null, state: 'watched', at, answer: '' }])).toEqual([])
        await ledger.settle([{ effectId, callId: call.callId, state: 'done', at, answer: 'yes' }])
        expect(await ledger.settle([{ effectId, callId: call.callId, state: 'planned', at, answer: '' }])).toEqual([])
        expect(await states(event)).toEqual(['bounce done'])
      })

      it('settles an alarm without a call', async () => {
        const event = planned(1, { decision: decision([{ effect: 'alarm', about: 'our account' }]) })
        const [effect] = (await planOne(event)).effects
        await ledger.settle([{ effectId: effect!.id, callId: null, state: 'done', at, answer: 'raised' }])
        expect(await states(event)).toEqual(['alarm done'])
      })
    })

    describe('deciding anew', () => {
      it('replaces what is not done: the queue row is gone, so it goes by the address', async () => {
        const event = planned(1)
        const { eventId } = await planOne(event)
        const decided = decision([holdEffect('person1@example.org')], { rule: 'by-address' })
        expect(await ledger.redecide(eventId, decided, at)).toMatchObject({ eventId, decision: decided, fresh: false })
        expect(await states(event)).toEqual(['hold planned'])
      })

      it('keeps what is done, once, and plans what was refused', async () => {
        const optOut = optOutEffect('person1@example.org')
        const event = planned(1, { decision: decision([bounceEffect(1), optOut, bounceEffect(2)]) })
        const { eventId, effects } = await planOne(event)
        await ledger.begin(
          effects.map(({ id }) => id),
          call,
        )
        const outcome = { callId: call.callId, at, answer: 'said' }
        await ledger.settle([
          { ...outcome, effectId: effects[0]!.id, state: 'refused' },
          { ...outcome, effectId: effects[1]!.id, state: 'done' },
          { ...outcome, effectId: effects[2]!.id, state: 'refused' },
        ])
        const entry = await ledger.redecide(eventId, decision([bounceEffect(1), optOut]), at)
        expect(entry.effects.map(({ state, callId }) => ({ state, callId }))).toEqual([
          { state: 'planned', callId: null },
          { state: 'done', callId: 'call-1' },
        ])
      })

      it('leaves alone what is being called: only the answer or the look may end it', async () => {
        const event = planned(1)
        const { eventId, effects } = await planOne(event)
        await ledger.begin([effects[0]!.id], call)
        await ledger.redecide(eventId, decision([holdEffect('person1@example.org')]), at)
        expect(await states(event)).toEqual(['bounce calling', 'hold planned'])
      })

      it('says that it has no such event', async () => {
        await expect(ledger.redecide(4711, decision([]), at)).rejects.toMatchObject({ code: 'NOTHING_FOUND' })
      })
    })

    describe('opening again what was only watched', () => {
      const watched = { callId: null, state: 'watched', at, answer: 'only watched' } as const

      it('plans it anew, for the events that these notifications reported', async () => {
        const [event, other] = [planned(1), planned(2)]
        for (const one of [event, other]) {
          const [effect] = (await planOne(one)).effects
          await ledger.settle([{ ...watched, effectId: effect!.id }])
        }
        await planOne(planned(1, { notificationId: 201 }))
        expect(await ledger.reopen([201, 999])).toBe(1)
        expect(await states(event)).toEqual(['bounce planned'])
        expect((await stored(event))?.effects).toMatchObject([{ settledAt: null, answer: null }])
        expect(await states(other)).toEqual(['bounce watched'])
        expect(await ledger.reopen([201])).toBe(0)
        expect(await ledger.reopen([])).toBe(0)
      })

      it('leaves everything else as it is', async () => {
        const event = planned(1, { decision: decision([bounceEffect(1), optOutEffect('person1@example.org')]) })
        const [bounce, optOut] = (await planOne(event)).effects
        await ledger.begin([bounce!.id], call)
        await ledger.settle([{ effectId: bounce!.id, callId: call.callId, state: 'done', at, answer: 'yes' }])
        await ledger.settle([{ ...watched, effectId: optOut!.id }])
        expect(await ledger.reopen([event.notificationId])).toBe(1)
        expect(await states(event)).toEqual(['bounce done', 'optOut planned'])
      })
    })

    describe('telling which reports were begun', () => {
      it('names those of whose events anything is or may be done at the site', async () => {
        const [begun, done, refused] = [planned(1), planned(2), planned(3)]
        const entries = await ledger.plan([begun, done, refused, planned(4)])
        await planOne(planned(1, { notificationId: 201 }))
        const effects = entries.slice(0, 3).map((entry) => entry.effects[0]!.id)
        await ledger.begin(effects, call)
        const settled = { callId: call.callId, at, answer: 'so' }
        await ledger.settle([
          { ...settled, effectId: effects[1]!, state: 'done' },
          { ...settled, effectId: effects[2]!, state: 'refused' },
        ])
        const reports = [begun, done, refused, planned(4)].map(({ notificationId }) => notificationId)
        expect([...(await ledger.begunReports([...reports, 201, 999], 'alpha'))].toSorted((a, b) => a - b)).toEqual(
          [begun.notificationId, done.notificationId, 201].toSorted((a, b) => a - b),
        )
        expect(await ledger.begunReports(reports, 'beta')).toEqual(new Set())
        expect(await ledger.begunReports([], 'alpha')).toEqual(new Set())
      })
    })

    describe('telling which reports are not done with', () => {
      it('names for whom, once each, also of one that reported several', async () => {
        const [waits, called, done, together] = [
          planned(1),
          planned(2),
          planned(3),
          planned(4, { notificationId: 101 }),
        ]
        const entries = await ledger.plan([waits, called, done, together])
        await planOne(planned(1, { notificationId: 201 }))
        const effects = entries.slice(1, 3).map((entry) => entry.effects[0]!.id)
        await ledger.begin(effects, call)
        await ledger.settle([{ effectId: effects[1]!, callId: call.callId, at, answer: 'so', state: 'done' }])
        const reports = [waits, called, done, together].map(({ notificationId }) => notificationId)
        const named = async (ids: readonly number[], site: string): Promise<readonly string[]> =>
          (await ledger.unfinished(ids, site)).map((one) => `${one.notificationId} ${one.recipient}`).toSorted()
        expect(await named([...reports, 201, 999], 'alpha')).toEqual(
          [waits, { ...waits, notificationId: 201 }, called, together]
            .map((one) => `${one.notificationId} ${one.key.recipient}`)
            .toSorted(),
        )
        expect(await named([called.notificationId], 'alpha')).toHaveLength(1)
        expect(await named(reports, 'beta')).toEqual([])
        expect(await named([], 'alpha')).toEqual([])
      })
    })

    describe('counting for an address', () => {
      it('lists what was counted, newest first, whatever its state but refused', async () => {
        const address = 'Zoë@example.org'
        const hold = decision([holdEffect(address)])
        const older = planned(1, { decision: hold, event: mailEvent(1, { occurredAt: occurredAt - 9000 }) })
        const newer = planned(2, { decision: decision([holdEffect(address, { bounceType: 'Quota' })]) })
        const undated = planned(3, { decision: hold, event: mailEvent(3, { occurredAt: null }), at: occurredAt + 1 })
        const refused = planned(4, { decision: hold })
        const entries = await ledger.plan([older, newer, undated, refused, planned(5)])
        const effectId = entries[3]!.effects[0]!.id
        await ledger.begin([effectId], call)
        await ledger.settle([{ effectId, callId: call.callId, state: 'refused', at, answer: 'no' }])

        const counted = await ledger.addressBounces('alpha', ['zoë@example.org', 'nobody@example.org'])
        expect([...counted.keys()]).toEqual(['zoë@example.org', 'nobody@example.org'])
        expect(counted.get('zoë@example.org')).toEqual([
          { bounceType: 'Relay', at: occurredAt + 1 },
          { bounceType: 'Quota', at: occurredAt },
          { bounceType: 'Relay', at: occurredAt - 9000 },
        ])
        expect(counted.get('nobody@example.org')).toEqual([])
        expect((await ledger.addressBounces('beta', ['zoë@example.org'])).get('zoë@example.org')).toEqual([])
      })
    })

    describe('searching', () => {
      const recipients = async (filter: Partial<Parameters<Ledger['search']>[0]>): Promise<readonly string[]> =>
        (await ledger.search({ limit: 10, ...filter })).map(({ event }) => event.recipient.replace('@example.org', ''))

      beforeEach(async () => {
        const open = mailEvent(3, { kind: 'open', class: '12:00' })
        const complaint = mailEvent(4, { kind: 'complaint', class: 'abuse', recipient: 'Person4@EXAMPLE.org' })
        const entries = await ledger.plan([
          planned(1, { at: at + 1 }),
          planned(2, { at: at + 2, site: 'beta' }),
          planned(3, { at: at + 3, event: open, decision: decision([]) }),
          planned(4, {
            at: at + 4,
            event: complaint,
            decision: decision([optOutEffect('person4@example.org'), optOutEffect('x@example.org')], {
              standing: 'person',
            }),
          }),
        ])
        const complaintEffects = entries[3]!.effects.map(({ id }) => id)
        await ledger.begin(complaintEffects, call)
        await ledger.settle(
          complaintEffects.map((effectId) => ({ effectId, callId: call.callId, state: 'uncertain', at, answer: '' })),
        )
      })

      it('lists newest first, as many as asked, everything of each', async () => {
        expect(await recipients({})).toEqual(['Person4@EXAMPLE.org', 'person3', 'person2', 'person1'])
        expect(await recipients({ limit: 2 })).toEqual(['Person4@EXAMPLE.org', 'person3'])
        const [newest] = await ledger.search({ limit: 1 })
        expect(newest).toMatchObject({
          fresh: false,
          firstSeenAt: at + 4,
          notificationIds: [104],
          reference: null,
          event: { mail: { headers: [{ name: 'Subject', value: 'Zoë’s news' }] } },
          effects: [{ state: 'uncertain' }, { state: 'uncertain' }],
        })
      })

      it.each([
        [{ site: 'beta' }, ['person2']],
        [{ recipient: 'PERSON4@example.org' }, ['Person4@EXAMPLE.org']],
        [{ kind: 'bounce' }, ['person2', 'person1']],
        [{ site: 'alpha', kind: 'bounce' }, ['person1']],
        [{ standing: 'person' }, ['Person4@EXAMPLE.org']],
        [{ standing: 'effective' }, ['person2', 'person1']],
        [{ standing: 'effective', site: 'alpha' }, ['person1']],
        [{ effectState: 'planned' }, ['person2', 'person1']],
        [{ effectState: 'planned', site: 'beta' }, ['person2']],
        // Its two uncertain effects list it once.
        [{ effectState: 'uncertain' }, ['Person4@EXAMPLE.org']],
        [{ effectState: 'uncertain', recipient: 'person1@example.org' }, []],
        [{ effectState: 'planned', recipient: 'person1@example.org' }, ['person1']],
        [{ effectState: 'done' }, []],
        [{ since: at + 2, before: at + 4 }, ['person3', 'person2']],
        [{ effectState: 'planned', before: at + 2 }, ['person1']],
        [{ kind: 'bounce', since: at + 2 }, ['person2']],
        [{ kind: 'click' }, []],
      ] as const)('finds by %j', async (filter, expected) => {
        expect(await recipients(filter)).toEqual(expected)
      })

      it('counts effects by site, kind and state', async () => {
        expect(await ledger.counts()).toEqual([
          { site: 'alpha', effect: 'bounce', state: 'planned', count: 1 },
          { site: 'alpha', effect: 'optOut', state: 'uncertain', count: 2 },
          { site: 'beta', effect: 'bounce', state: 'planned', count: 1 },
        ])
      })
    })
  })

  it(`behaves as its model in every order: the ledger in ${name}`, { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(ledgerRounds, async (played) => {
        const bench = await open()
        try {
          const { expected, actual } = await playLedger(bench, played)
          expect(actual).toEqual(expected)
        } finally {
          await bench.close()
        }
      }),
      { numRuns: 40 },
    )
  })
}
