import { describe, expect, it } from 'vitest'
import { type BounceTypes, defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { correlate } from '../civimail/correlate.ts'
import type { AddressRow, CrmFacts } from '../civimail/crmFacts.ts'
import { decide } from '../civimail/decide.ts'
import { released, setAside } from '../civimail/guard/setAside.ts'
import { standard } from '../civimail/policy/presets/standard.ts'
import type { PolicyContent, PolicyRule } from '../civimail/policy/schema.ts'
import { siteRules, type SiteSettings } from '../civimail/siteRules.ts'
import type { HistoryFilter, PastEvent, Piece, RecipientMark } from '../ledger/history.ts'
import { eventKey } from '../ledger/key.ts'
import type { EffectState } from '../ledger/ledger.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import { mailEvent, occurredAt } from '../testing/plannedEvents.ts'
import type { UndoneEffect } from '../undo/undoStore.ts'
import type { WhatIfReport } from './report.ts'
import { runWhatIf, type WhatIfRequest } from './runWhatIf.ts'

const hour = 3_600_000
const settings: SiteSettings & { readonly id: string } = {
  id: 'main',
  mail: { localpart: 'bounce+', separator: '.', domains: ['crm.example.org'], senderDomains: ['example.org'] },
  policy: { preset: 'standard' },
  bounceTypes: defaultBounceTypes,
}

function row(number: number, more: Partial<AddressRow> = {}): AddressRow {
  const email = `person${number}@example.org`
  return { emailId: 1000 + number, contactId: number, email, onHold: 0, resetDate: null, optedOut: false, ...more }
}

const known = (number: number, more: Partial<CrmFacts> = {}): CrmFacts => ({
  queueRow: 'gone',
  addressRows: [row(number)],
  counted: [],
  ...more,
})

let lastId = 0

/** An event as the gateway stored it when it decided by the standard policy. */
function past(
  event: MailEvent,
  facts: CrmFacts | null,
  more: { readonly site?: string; readonly state?: EffectState; readonly keepsFacts?: boolean } = {},
): PastEvent {
  const { site = 'main', state = 'done', keepsFacts = true } = more
  const rules = siteRules(settings)
  const unread: CrmFacts = { queueRow: 'unread', addressRows: [], counted: [] }
  const decision = decide(event, correlate(event, rules), facts ?? unread, rules)
  lastId += 1
  return {
    eventId: lastId,
    key: eventKey(site, event),
    firstSeenAt: (event.occurredAt ?? 0) + 1000,
    event,
    reference: null,
    decision,
    effects: decision.effects.map((effect, index) => ({
      id: lastId * 10 + index,
      effect,
      marker: '',
      state,
      callId: null,
      calledAt: null,
      conclusiveAt: null,
      settledAt: null,
      answer: null,
    })),
    facts: keepsFacts ? facts : null,
  }
}

/** Hard: the address does not exist. */
const hard = (number: number, more: Partial<MailEvent> = {}): MailEvent => mailEvent(number, more)

/** Soft, the nth of a person. */
function soft(number: number, nth: number): MailEvent {
  const at = occurredAt + nth * hour
  const event = mailEvent(number)
  return {
    ...event,
    sesMessageId: `soft-${number}-${nth}`,
    occurredAt: at,
    class: 'Transient',
    bounce: { ...event.bounce!, type: 'Transient', subType: 'General', status: '4.4.7' },
  }
}

const open = (number: number): MailEvent =>
  mailEvent(number, { kind: 'open', class: '', bounce: null, detail: {}, sesMessageId: `open-${number}` })

/** In pieces of so many, as the ledger gives them. */
function historyOf(events: readonly PastEvent[], size = 2) {
  const sorted = events.toSorted(
    (one, other) => one.key.recipient.localeCompare(other.key.recipient) || one.firstSeenAt - other.firstSeenAt,
  )
  const asked: HistoryFilter[] = []
  return {
    asked,
    byRecipient: async (filter: HistoryFilter, after: RecipientMark | null): Promise<Piece<RecipientMark>> => {
      asked.push(filter)
      const start = after === null ? 0 : sorted.findIndex(({ eventId }) => eventId === after.id) + 1
      const some = sorted.slice(start, start + size)
      const last = some.at(-1)
      const mark = last && { recipient: last.key.recipient, at: last.firstSeenAt, id: last.eventId }
      return { events: some, next: start + size < sorted.length ? (mark ?? null) : null }
    },
  }
}

/** The standard policy with some of its rules replaced by others of their name. */
function policyWith(...rules: readonly PolicyRule[]): PolicyContent {
  const names = new Set(rules.map(({ rule }) => rule))
  return {
    ...standard,
    name: 'tried',
    version: 2,
    rules: [...rules, ...standard.rules.filter(({ rule }) => !names.has(rule))],
  }
}

const asRelay: PolicyRule = {
  rule: 'hard-as-relay',
  when: { kind: 'bounce', bounceType: 'Permanent' },
  effects: [{ effect: 'bounce', bounceType: 'Relay' }],
  because: 'One refusal is not enough.',
}

/** What undos met. */
function undosOf(undone: readonly UndoneEffect[] = []) {
  return {
    find: async (ids: readonly number[]) =>
      new Map(undone.filter(({ effectId }) => ids.includes(effectId)).map((one) => [one.effectId, one])),
  }
}

/** An undo met each effect of this event. */
function undoneAt(at: number, { effects }: PastEvent, state: UndoneEffect['state'] = 'done'): readonly UndoneEffect[] {
  return effects.map(({ id }) => ({ effectId: id, undoId: 1, state, at, answer: null }))
}

async function diff(
  events: readonly PastEvent[],
  policy: PolicyContent,
  { undone, ...more }: Partial<WhatIfRequest> & { readonly undone?: readonly UndoneEffect[] } = {},
): Promise<WhatIfReport> {
  const asker = { signal: new AbortController().signal, progress: () => undefined }
  const parts = { history: historyOf(events), undos: undosOf(undone) }
  return runWhatIf({ policy, sites: [settings], details: 100, ...more }, parts, asker)
}

describe('the policy in force', () => {
  it('changes nobody, whatever is in the history', async () => {
    const events = [
      past(hard(1), known(1)),
      past(soft(2, 1), known(2)),
      past(soft(2, 2), known(2)),
      past(open(3), null),
    ]
    const report = await diff(events, standard)
    expect(report).toMatchObject({ changes: [], details: [], milderRules: [], brokenOff: false })
    expect(report.events).toEqual({ compared: 4, otherwise: 0, assumed: 0, nameless: 0, setAside: 0 })
    expect(report.recipients).toEqual({ looked: 3, harsher: 0, milder: 0, mixed: 0, counting: 0 })
  })
})

describe('a milder policy', () => {
  it('says of each who would not be on hold, in a sentence, and what an undo can take back', async () => {
    const report = await diff([past(hard(1), known(1)), past(soft(2, 1), known(2))], policyWith(asRelay))
    expect(report.details).toMatchObject([
      {
        site: 'main',
        recipient: 'person1@example.org',
        direction: 'milder',
        before: 'on hold since 2026-06-02 (Invalid bounce, rule bounce-permanent)',
        after: 'not on hold (Relay bounce 1 of 3)',
        assumed: 0,
      },
    ])
    expect(report.milderRules).toEqual([{ site: 'main', rule: 'bounce-permanent', recipients: 1 }])
    expect(report.changes).toEqual([
      {
        site: 'main',
        beforeRule: 'bounce-permanent',
        afterRule: 'hard-as-relay',
        before: 'Invalid bounce counted for the address',
        after: 'Relay bounce counted for the address',
        events: 1,
        recipients: 1,
      },
    ])
    expect(report.policy).toBe('tried@2')
  })
})

describe('a harsher policy', () => {
  const softHolds: PolicyRule = {
    rule: 'soft-holds',
    when: { kind: 'bounce', bounceType: 'Transient' },
    effects: [{ effect: 'bounce', bounceType: 'Invalid' }],
    because: 'No second chance.',
  }

  it('says who would be on hold', async () => {
    const report = await diff([past(soft(1, 1), known(1))], policyWith(softHolds))
    expect(report.recipients).toMatchObject({ harsher: 1, milder: 0 })
    expect(report.details[0]?.after).toBe('on hold since 2026-06-02 (Invalid bounce, rule soft-holds)')
  })

  it('of what had no effect is decided as if the address were known, and that is said', async () => {
    const opensOut: PolicyRule = {
      rule: 'opens-out',
      when: { kind: 'open' },
      effects: [{ effect: 'optOut' }],
      because: 'To see that it is told.',
    }
    const report = await diff([past(open(1), null)], policyWith(opensOut))
    expect(report.events).toMatchObject({ compared: 1, otherwise: 1, assumed: 1 })
    expect(report.details).toMatchObject([
      {
        direction: 'harsher',
        before: 'nothing done',
        after: 'opted out since 2026-06-02 (rule opens-out)',
        assumed: 1,
      },
    ])
  })
})

describe('bounces that count', () => {
  it('are counted anew under the other rules, across pieces, as each would find them', async () => {
    const events = [1, 2, 3].map((nth) => {
      const counted = Array.from({ length: nth - 1 }, (_, index) => ({
        bounceType: 'Relay' as const,
        at: occurredAt + (nth - 1 - index) * hour,
      }))
      return past(soft(1, nth), known(1, { counted }))
    })
    // By the standard policy the third one holds; types with a threshold of their own begin at one.
    const asQuota: PolicyRule = {
      rule: 'last-as-quota',
      when: { kind: 'bounce', bounceType: 'Transient' },
      effects: [{ effect: 'bounce', bounceType: 'Quota' }],
      because: 'Counted apart.',
    }
    const types: BounceTypes = { ...defaultBounceTypes, Quota: { id: 8, threshold: 4 } }
    const report = await diff(events, policyWith(asQuota), { sites: [{ ...settings, bounceTypes: types }] })
    expect(events.map(({ decision }) => decision.effects[0])).toMatchObject([
      { effect: 'hold', bounceType: 'Relay', emailIds: [] },
      { effect: 'hold', bounceType: 'Relay', emailIds: [] },
      { effect: 'hold', bounceType: 'Relay', emailIds: [1001] },
    ])
    expect(report.details).toMatchObject([
      {
        direction: 'milder',
        before: expect.stringMatching(/^on hold since 2026-06-02 \(Relay bounce 3 of 3, rule /),
        after: 'not on hold (Quota bounce 3 of 4)',
      },
    ])
    expect(report.changes).toMatchObject([{ events: 3, recipients: 1 }])
  })

  it('and what was counted before the history begins still counts', async () => {
    const counted = [
      { bounceType: 'Relay', at: occurredAt - 2 * hour },
      { bounceType: 'Relay', at: occurredAt - 3 * hour },
    ] as const
    const report = await diff([past(hard(1), known(1, { counted }))], policyWith(asRelay))
    expect(report.recipients).toMatchObject({ milder: 0, looked: 1 })
    expect(report.details).toEqual([])
  })

  it('before a release do not count any more, and who was released is not on hold', async () => {
    const releasedAt = occurredAt + 90 * 60_000
    const events = [
      past(hard(1), known(1)),
      past(soft(1, 2), known(1, { addressRows: [row(1, { resetDate: releasedAt })] })),
    ]
    const report = await diff(events, policyWith(asRelay))
    expect(report.details).toMatchObject([])
    expect(report.recipients).toMatchObject({ looked: 1 })
  })
})

describe('what an undo took back', () => {
  const complaint = (number: number): MailEvent =>
    mailEvent(number, { kind: 'complaint', class: 'abuse', bounce: null, sesMessageId: `complaint-${number}` })
  const nothingElse: PolicyRule = {
    rule: 'nothing-else',
    when: { kind: 'complaint' },
    effects: [],
    because: 'To see what is left.',
  }
  const milder = policyWith(asRelay, nothingElse)

  it('does not stand any more, and no second undo is recommended', async () => {
    const [held, out] = [past(hard(1), known(1)), past(complaint(2), known(2))]
    const stands = await diff([held, out], milder)
    expect(stands.recipients).toMatchObject({ milder: 2 })
    // Who was held and opted out by one rule is one recipient of it.
    expect(stands.milderRules).toEqual([
      { site: 'main', rule: 'bounce-permanent', recipients: 1 },
      { site: 'main', rule: 'complaint-other', recipients: 1 },
    ])

    const at = occurredAt + hour
    const undone = [...undoneAt(at, held), ...undoneAt(at, out)]
    const report = await diff([held, out], milder, { undone })
    expect(report).toMatchObject({ details: [], milderRules: [] })
    expect(report.recipients).toMatchObject({ looked: 2, milder: 0, counting: 0 })
  })

  it('counts from then on only', async () => {
    const first = past(hard(1), known(1))
    const second = past(soft(1, 3), known(1, { addressRows: [row(1, { resetDate: occurredAt + 2 * hour })] }))
    const report = await diff([first, second], policyWith(asRelay), { undone: undoneAt(occurredAt + 2 * hour, first) })
    expect(report.details).toEqual([])
    // Held again after the undo: that stands.
    const again = past({ ...hard(1), sesMessageId: 'again', occurredAt: occurredAt + 3 * hour }, known(1))
    const later = await diff([first, again], milder, { undone: undoneAt(occurredAt + 2 * hour, first) })
    expect(later.details).toMatchObject([{ direction: 'milder', after: 'not on hold (Relay bounce 1 of 3)' }])
  })

  it('and what it left as it was still stands', async () => {
    const held = past(hard(1), known(1))
    const report = await diff([held], milder, { undone: undoneAt(occurredAt + hour, held, 'left') })
    expect(report.milderRules).toEqual([{ site: 'main', rule: 'bounce-permanent', recipients: 1 }])
  })
})

describe('what is left out', () => {
  it('is what has no name any more, what was set aside, and other sites; and it is counted', async () => {
    const nameless = past(hard(1), known(1))
    const aside = past(hard(2), known(2))
    const events: readonly PastEvent[] = [
      { ...nameless, key: { ...nameless.key, recipient: `hmac:${'a'.repeat(43)}` } },
      { ...aside, decision: setAside(aside.event, aside.decision, 'A burst.'), effects: [] },
      { ...aside, eventId: 9001, decision: released(aside.decision), effects: [] },
      past(hard(3), known(3), { site: 'gone' }),
    ]
    const report = await diff(events, policyWith(asRelay))
    expect(report.events).toEqual({ compared: 0, otherwise: 0, assumed: 0, nameless: 1, setAside: 2 })
  })

  it('is not what CiviCRM refused: that was never done', async () => {
    const report = await diff([past(hard(1), known(1), { state: 'refused' })], policyWith(asRelay))
    expect(report.details).toMatchObject([{ direction: 'counting', before: 'nothing done' }])
    expect(report.milderRules).toEqual([])
  })

  it('is told where what was known is no longer kept', async () => {
    const report = await diff([past(hard(1), known(1), { keepsFacts: false })], policyWith(asRelay))
    expect(report.events).toMatchObject({ assumed: 1, otherwise: 1 })
    expect(report.details).toMatchObject([
      { direction: 'milder', assumed: 1, after: 'not on hold (Relay bounce 1 of 3)' },
    ])
  })
})

describe('a long history', () => {
  it('names so many at most and counts them all, and breaks off when nobody waits any more', async () => {
    const events = Array.from({ length: 50 }, (_, index) => past(hard(index), known(index)))
    const report = await diff(events, policyWith(asRelay), { details: 3 })
    expect(report.details).toHaveLength(3)
    expect(report.recipients.milder).toBe(50)

    const gone = new AbortController()
    const history = historyOf(events)
    const broken = await runWhatIf(
      { policy: policyWith(asRelay), sites: [settings], details: 3 },
      {
        undos: undosOf(),
        history: {
          byRecipient: async (filter, after) => {
            if (after !== null) gone.abort()
            return history.byRecipient(filter, after)
          },
        },
      },
      { signal: gone.signal, progress: () => undefined },
    )
    expect(broken.brokenOff).toBe(true)
    expect(broken.recipients.milder).toBeLessThan(50)
  })

  it('is that of the one site where there is one, and says what is wrong with the policy', async () => {
    const history = historyOf([])
    const asker = { signal: new AbortController().signal, progress: () => undefined }
    const lenient = policyWith({ ...asRelay, rule: 'never', when: { kind: 'nonsense' } })
    const report = await runWhatIf(
      { policy: lenient, sites: [settings], since: 5, details: 1 },
      { history, undos: undosOf() },
      asker,
    )
    expect(history.asked).toEqual([{ site: 'main', since: 5, before: undefined }])
    expect(report.warnings).toContainEqual({ rule: 'never', message: 'unknown kind of event: nonsense' })
  })
})
