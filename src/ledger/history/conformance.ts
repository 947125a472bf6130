import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CrmFacts } from '../../civimail/crmFacts.ts'
import { decision, holdEffect, mailEvent, occurredAt, optOutEffect, planned } from '../../testing/plannedEvents.ts'
import type { History, HistoryFilter, PastEvent, Piece, RecipientMark, TimeMark } from '../history.ts'
import { inTime as byTime, rowsPerPiece } from '../history.ts'
import type { Ledger, PlannedEvent } from '../ledger.ts'

/** An empty ledger of an engine, and what reads it from one end to the other. */
export interface HistoryBench {
  readonly ledger: Ledger
  readonly history: History
  close(): Promise<void>
}

/** Two full pieces, and some more. */
const count = 2 * rowsPerPiece + 300
const since = occurredAt + 10_000

/** A dozen of one moment each, out of order, so that pieces are cut between those of one moment. */
function momentOf(number: number): number {
  return since + ((number * 7919) % count) - (((number * 7919) % count) % 12)
}

const facts: CrmFacts = {
  queueRow: 'unread',
  addressRows: [
    { emailId: 8, contactId: 7, email: 'Zoë@example.org', onHold: 2, resetDate: occurredAt, optedOut: true },
  ],
  counted: [{ bounceType: 'Relay', at: occurredAt }],
}

/** Every third has no effect and nothing that was read for it; every fifth is a complaint. */
function eventOf(number: number): PlannedEvent {
  const recipient = `person${number % 600}@example.org`
  const isComplaint = number % 5 === 0
  const event = mailEvent(number, {
    recipient,
    ...(isComplaint ? { kind: 'complaint', class: 'abuse', bounce: null } : {}),
  })
  const effects = number % 3 === 0 ? [] : [isComplaint ? optOutEffect(recipient, [number]) : holdEffect(recipient)]
  return planned(number, {
    event,
    site: number % 4 === 0 ? 'beta' : 'alpha',
    at: momentOf(number),
    decision: decision(effects, isComplaint ? { rule: 'complaint' } : {}),
    ...(number % 3 === 0 ? {} : { facts }),
  })
}

/** What every history must tell, whichever database is behind it. */
export function describeHistory(name: string, open: () => Promise<HistoryBench>): void {
  describe(`the history in ${name}`, () => {
    let bench: HistoryBench
    let history: History
    let all: readonly PastEvent[]

    beforeAll(async () => {
      bench = await open()
      history = bench.history
      const events = Array.from({ length: count }, (_, number) => eventOf(number))
      const entries = await bench.ledger.plan(events)
      const [first] = entries[1]?.effects ?? []
      const call = { callId: 'call-1', at: since, conclusiveAt: since + 1 }
      await bench.ledger.begin([first!.id], call)
      await bench.ledger.settle([
        { effectId: first!.id, callId: call.callId, state: 'done', at: since + 2, answer: 'held' },
      ])
      const found = await bench.ledger.find(events.map(({ key }) => key))
      all = found.map((entry, number): PastEvent => {
        const { key, event, reference, at, facts: known = null } = events[number]!
        const { eventId, effects, decision: decided } = entry!
        return { eventId, key, firstSeenAt: at, event, reference, decision: decided, effects, facts: known }
      })
    })
    afterAll(async () => bench.close())

    const byRecipient = (one: PastEvent, other: PastEvent): number =>
      one.key.recipient < other.key.recipient ? -1 : one.key.recipient > other.key.recipient ? 1 : byTime(one, other)

    const wanted = ({ site, kinds, standing, rule, since: from, before }: HistoryFilter): readonly PastEvent[] =>
      all.filter(
        ({ key, decision: decided, firstSeenAt }) =>
          (site === undefined || key.site === site) &&
          (kinds === undefined || kinds.includes(key.kind)) &&
          (standing === undefined || decided.standing === standing) &&
          (rule === undefined || decided.rule === rule) &&
          (from === undefined || firstSeenAt >= from) &&
          (before === undefined || firstSeenAt < before),
      )

    const inTime = async (filter: HistoryFilter): Promise<readonly Piece<TimeMark>[]> =>
      pieces(async (mark) => history.byTime(filter, mark))
    const inRecipients = async (filter: HistoryFilter): Promise<readonly Piece<RecipientMark>[]> =>
      pieces(async (mark) => history.byRecipient(filter, mark))
    const idsOf = (some: readonly Piece<unknown>[]): readonly number[] =>
      some.flatMap(({ events }) => events.map(({ eventId }) => eventId))

    it('tells everything of each event, with what was known before its decision', async () => {
      const [piece] = await inTime({})
      const expected = new Map(all.map((event) => [event.eventId, event]))
      for (const event of piece!.events) expect(event).toEqual(expected.get(event.eventId))
      const done = (await inTime({})).flatMap(({ events }) => events).find(({ eventId }) => eventId === all[1]!.eventId)
      expect(done?.effects).toMatchObject([{ state: 'done', callId: 'call-1', answer: 'held', calledAt: since }])
    })

    it.each<HistoryFilter>([
      {},
      { site: 'beta' },
      { kinds: ['complaint'] },
      { kinds: ['bounce', 'complaint'], site: 'alpha' },
      { kinds: [] },
      { standing: 'effective' },
      { rule: 'complaint' },
      { rule: 'bounce-permanent', standing: 'none', site: 'alpha' },
      { standing: 'none', site: 'beta' },
      { since: since + 600 },
      { before: since + 600 },
      { standing: 'effective', since: since + 24, before: since + 1800 },
      { site: 'nobody' },
    ])('reads all that fits %j once, in the order of time and in that of recipients', async (filter) => {
      const expected = wanted(filter)
      expect(idsOf(await inTime(filter))).toEqual(expected.toSorted(byTime).map(({ eventId }) => eventId))
      expect(idsOf(await inRecipients(filter))).toEqual(expected.toSorted(byRecipient).map(({ eventId }) => eventId))
    })

    it('is cut into pieces by what is looked at, so that none takes long where little fits', async () => {
      const timely = await inTime({ site: 'nobody' })
      expect(timely.map(({ events, next }) => [events.length, next === null])).toEqual([
        [0, false],
        [0, false],
        [0, true],
      ])
      const full = await inRecipients({})
      expect(full.map(({ events }) => events.length)).toEqual([rowsPerPiece, rowsPerPiece, 300])
    })

    it('goes on behind a mark, wherever that is, and is at the end behind the last', async () => {
      const ordered = all.toSorted(byTime)
      for (const place of [0, 11, 12, rowsPerPiece - 1, count - 1]) {
        const { firstSeenAt: at, eventId: id } = ordered[place]!
        const { events } = await history.byTime({}, { at, id })
        expect(events.at(0)?.eventId).toBe(ordered[place + 1]?.eventId)
      }
      const last = all.toSorted(byRecipient).at(-1)!
      const mark = { recipient: last.key.recipient, at: last.firstSeenAt, id: last.eventId }
      expect(await history.byRecipient({}, mark)).toEqual({ events: [], next: null })
    })

    it('tells all of some recipients at a site, of each the newest, in the order of time', async () => {
      const recipients = ['person7@example.org', 'person8@example.org', 'nobody@example.org']
      const filter = { standing: 'effective', most: 50 } as const
      const expected = all
        .filter(({ key, decision: { standing } }) => standing === 'effective' && key.site === 'alpha')
        .filter(({ key }) => recipients.includes(key.recipient))
        .toSorted(byTime)
      expect(expected.length).toBeGreaterThan(2)
      expect(await history.ofRecipients('alpha', recipients, filter)).toEqual(expected)
      const newest = recipients.flatMap(
        (recipient) => expected.findLast(({ key }) => key.recipient === recipient) ?? [],
      )
      expect(await history.ofRecipients('alpha', recipients, { ...filter, most: 1 })).toEqual(newest.toSorted(byTime))
      expect(await history.ofRecipients('alpha', [], filter)).toEqual([])
    })

    it('tells what was known before, of those asked and where anything was', async () => {
      const [without, ...some] = all.slice(0, 3)
      const known = await history.facts([without!.eventId, ...some.map(({ eventId }) => eventId), 999_999])
      expect(known).toEqual(new Map(some.map(({ eventId }) => [eventId, facts])))
      expect(await history.facts([])).toEqual(new Map())
    })

    it('goes by the rule of the decision that an event has now', async () => {
      const anew = { ...eventOf(3), decision: decision([], { rule: 'decided-anew' }) }
      const [entry] = await bench.ledger.plan([anew])
      expect(idsOf(await inTime({ rule: 'decided-anew' }))).toEqual([entry!.eventId])
      await bench.ledger.redecide(entry!.eventId, decision([], { rule: 'once-more' }), since)
      expect(idsOf(await inTime({ rule: 'decided-anew' }))).toEqual([])
      expect(idsOf(await inRecipients({ rule: 'once-more' }))).toEqual([entry!.eventId])
    })
  })
}

async function pieces<Mark>(read: (after: Mark | null) => Promise<Piece<Mark>>): Promise<readonly Piece<Mark>[]> {
  const found: Piece<Mark>[] = []
  for (let mark: Mark | null = null; ;) {
    const piece: Piece<Mark> = await read(mark)
    found.push(piece)
    if (piece.next === null) return found
    mark = piece.next
  }
}
