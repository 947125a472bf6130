import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdEffect, optOutEffect } from '../testing/plannedEvents.ts'
import { calledAt, factsBefore, minute, past, queueRow, rowBefore, rowNow, undoCase } from '../testing/undoCases.ts'
import { judgeUndo } from './judge.ts'
import { slackMs, type UndoCase } from './undoCase.ts'
import type { UndoneEffect } from './undoStore.ts'

const hour = 60 * minute

function judge(more: Partial<UndoCase>): ReturnType<typeof judgeUndo>[number] {
  const [verdict] = judgeUndo(undoCase(more))
  if (verdict === undefined) throw new Error('one effect, one verdict')
  return verdict
}

function met(state: UndoneEffect['state'], at = calledAt + hour): UndoCase['undone'] {
  return new Map([[1, { effectId: 1, undoId: 1, state, at, answer: null }]])
}

describe('a hold', () => {
  it('is taken back as it was seen, where the effect dated it', () => {
    expect(judge({})).toEqual({
      effectId: 1,
      eventId: 501,
      verdict: 'undo',
      why: '',
      release: [{ emailId: 1, holdDate: calledAt + 1000, becomes: 0 }],
      optIn: [],
    })
  })

  it('gives back a hold by opt-out that it had overwritten', () => {
    const chosen = [past({ facts: factsBefore({ addressRows: [rowBefore({ onHold: 2 })] }) })]
    expect(judge({ chosen })).toMatchObject({ verdict: 'undo', release: [{ becomes: 2 }] })
  })

  it('is known by its date, although two clocks differ and a call takes its time', () => {
    const slow = past({ settledAt: calledAt + 5 * minute })
    const uncertain = past({ state: 'uncertain', settledAt: null, conclusiveAt: calledAt + 5 * minute })
    for (const chosen of [[slow], [uncertain]]) {
      const verdictAt = (holdDate: number): string => judge({ chosen, rows: [rowNow({ holdDate })] }).verdict
      expect(verdictAt(calledAt - slackMs)).toBe('undo')
      expect(verdictAt(calledAt + 5 * minute + slackMs)).toBe('undo')
      expect(verdictAt(calledAt - slackMs - 1)).toBe('nothing')
      expect(verdictAt(calledAt + 5 * minute + slackMs + 1)).toBe('left')
    }
  })

  it('of whom it is no longer known is left, and that is said', () => {
    const one = past({})
    const chosen = [
      { ...one, of: { ...one.of, key: { ...one.of.key, recipient: 'hmac:0123456789abcdef0123456789abcdef' } } },
    ]
    expect(judge({ chosen })).toMatchObject({ verdict: 'left', why: expect.stringContaining('no longer kept') })
  })

  it.each<[string, Partial<UndoCase>, string, RegExp]>([
    ['by somebody since', { rows: [rowNow({ holdDate: calledAt + hour })] }, 'left', /put on hold again at 2026-11-23/],
    ['without a date', { rows: [rowNow({ holdDate: null })] }, 'left', /without a date/],
    ['by opt-out now', { rows: [rowNow({ onHold: 2 })] }, 'left', /on hold by opt-out now/],
    ['from before', { rows: [rowNow({ holdDate: calledAt - hour })] }, 'nothing', /on hold before/],
    [
      'from before, as was seen',
      { chosen: [past({ facts: factsBefore({ addressRows: [rowBefore({ onHold: 1 })] }) })] },
      'nothing',
      /on hold before/,
    ],
    [
      'by opt-out, as before',
      {
        chosen: [past({ facts: factsBefore({ addressRows: [rowBefore({ onHold: 2 })] }) })],
        rows: [rowNow({ onHold: 2 })],
      },
      'nothing',
      /by opt-out, as before/,
    ],
    [
      'released since',
      { rows: [rowNow({ onHold: 0, resetDate: calledAt + hour })] },
      'left',
      /released at 2026-11-23 13:00 UTC already/,
    ],
    ['that never was', { rows: [rowNow({ onHold: 0 })] }, 'nothing', /put nobody on hold/],
    ['of an address that was changed since', { rows: [] }, 'left', /no longer has the address/],
    ['of another effect that was not chosen', { others: [past({ id: 2, rule: 'x' })] }, 'left', /event 502 \(x\)/],
    ['that was undone', { undone: met('done') }, 'nothing', /undone before/],
  ])('%s stays as it is', (_name, more, verdict, why) => {
    expect(judge(more)).toMatchObject({ verdict, why: expect.stringMatching(why), release: [] })
  })

  it('of several bounces goes with all of them, when all are chosen', () => {
    const first = past({ facts: factsBefore() })
    const last = past({
      id: 2,
      calledAt: calledAt + 3 * hour,
      facts: factsBefore({ addressRows: [rowBefore({ onHold: 1 })] }),
    })
    const rows = [rowNow({ holdDate: calledAt + 3 * hour })]
    expect(judgeUndo(undoCase({ chosen: [first, last], rows })).map(({ verdict }) => verdict)).toEqual([
      'undo',
      'nothing',
    ])
    // The last one alone found it on hold; the first one alone is no longer what holds it.
    expect(judge({ chosen: [last], others: [first], rows }).verdict).toBe('nothing')
    expect(judge({ chosen: [first], others: [last], rows }).verdict).toBe('left')
  })

  it('of the mailed row is taken back, and not that of another contact with the address', () => {
    const rows = [rowNow(), rowNow({ emailId: 2, contactId: 102 })]
    expect(judge({ rows }).release.map(({ emailId }) => emailId)).toEqual([1])
    const unread = [past({ facts: factsBefore({ queueRow: 'unread' }) })]
    expect(judge({ chosen: unread, rows }).release.map(({ emailId }) => emailId)).toEqual([1, 2])
    const gone = [past({ facts: factsBefore({ queueRow: { ...queueRow, emailId: null } }) })]
    expect(judge({ chosen: gone, rows }).release).toHaveLength(2)
  })

  it('by the gateway itself concerns the rows that it names, or those of the address', () => {
    const address = 'person1@example.org'
    const rows = [rowNow(), rowNow({ emailId: 2, contactId: 102 })]
    const named = past({ effect: holdEffect(address, { emailIds: [2, 3] }) })
    expect(judge({ chosen: [named], rows })).toMatchObject({
      verdict: 'undo',
      why: 'E-mail row 3 no longer has the address, or its contact is in the bin.',
      release: [{ emailId: 2 }],
    })
    const counted = past({ effect: holdEffect(address), facts: factsBefore({ queueRow: 'unread' }) })
    expect(judge({ chosen: [counted], rows: [rowNow({ onHold: 0 })] }).verdict).toBe('nothing')
    expect(judge({ chosen: [counted], rows: [] }).verdict).toBe('nothing')
  })

  it('is taken back although what was known before is not kept any more', () => {
    expect(judge({ chosen: [past({ facts: null })] })).toMatchObject({ verdict: 'undo', release: [{ becomes: 0 }] })
  })

  it('whose undo broke off is seen to be taken back, or is taken back now', () => {
    const reset = (at: number): Partial<UndoCase> => ({
      undone: met('begun', calledAt + 2 * hour),
      rows: [rowNow({ onHold: 0, resetDate: at })],
    })
    expect(judge(reset(calledAt + 2 * hour - slackMs))).toMatchObject({ verdict: 'done', release: [] })
    expect(judge(reset(calledAt + 2 * hour - slackMs - 1)).verdict).toBe('left')
    expect(judge({ undone: met('begun') }).verdict).toBe('undo')
    expect(judge({ undone: met('left') }).verdict).toBe('undo')
  })
})

describe('an opt-out', () => {
  const optedOut = rowNow({ onHold: 0, optedOut: true })
  const chosen = [past({ effect: optOutEffect('person1@example.org', [101]) })]
  const base = { chosen, rows: [optedOut] }

  it('is taken back, where nobody wanted it himself', () => {
    expect(judge(base)).toMatchObject({ verdict: 'undo', why: '', release: [], optIn: [101] })
    const before = [{ contactId: 101, at: calledAt - hour }]
    expect(judge({ ...base, ownOptOuts: before }).verdict).toBe('undo')
    expect(judge({ ...base, ownOptOuts: [{ contactId: 102, at: calledAt + hour }] }).verdict).toBe('undo')
  })

  it.each<[string, Partial<UndoCase>, string, RegExp]>([
    [
      'by the person himself',
      { ownOptOuts: [{ contactId: 101, at: calledAt + hour }] },
      'left',
      /opted out himself at/,
    ],
    ['about which nobody may know', { ownOptOuts: 'unknown' }, 'left', /the API key may not see; --without-look/],
    [
      'from before',
      { chosen: [past({ ...chosenOptOut(), facts: factsBefore({ addressRows: [rowBefore({ optedOut: true })] }) })] },
      'nothing',
      /opted out before/,
    ],
    ['of which nothing is known', { chosen: [past({ ...chosenOptOut(), facts: null })] }, 'left', /is not kept/],
    ['that was taken back', { rows: [rowNow({ optedOut: false })] }, 'left', /not opted out any more/],
    ['of a contact in the bin', { rows: [] }, 'left', /in the bin/],
    [
      'that another event wants too',
      { others: [past({ ...chosenOptOut(), id: 2, rule: 'other' })] },
      'left',
      /event 502 \(other\) too/,
    ],
  ])('%s stays as it is', (_name, more, verdict, why) => {
    expect(judge({ ...base, ...more })).toMatchObject({ verdict, why: expect.stringMatching(why), optIn: [] })
  })

  it('is taken back without a look where a person says so', () => {
    expect(judge({ ...base, ownOptOuts: 'unknown', withoutLook: true })).toMatchObject({
      verdict: 'undo',
      optIn: [101],
    })
  })

  it('whose undo broke off is seen to be taken back', () => {
    const rows = [rowNow({ optedOut: false })]
    expect(judge({ ...base, rows, undone: met('begun') }).verdict).toBe('done')
    expect(judge({ ...base, undone: met('begun') }).verdict).toBe('undo')
  })
})

function chosenOptOut(): Parameters<typeof past>[0] {
  return { effect: optOutEffect('person1@example.org', [101]) }
}

describe('whatever stands in the CRM and in the ledger', () => {
  const times = fc.integer({ min: calledAt - 2 * hour, max: calledAt + 26 * hour })
  const onHold = fc.constantFrom(0, 1, 2 as const)
  const row = fc.record({
    emailId: fc.integer({ min: 1, max: 3 }),
    onHold,
    holdDate: fc.option(times),
    resetDate: fc.option(times),
    optedOut: fc.boolean(),
  })
  const effect = fc.constantFrom(
    past().stored.effect,
    holdEffect('person1@example.org'),
    holdEffect('x', { emailIds: [1, 2] }),
    optOutEffect('person1@example.org', [101, 102]),
  )
  const effects = fc.array(
    fc.record({ effect, calledAt: times, before: fc.option(fc.tuple(onHold, fc.boolean())), chosen: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  )
  const own = fc.option(fc.array(fc.record({ contactId: fc.integer({ min: 101, max: 103 }), at: times })))
  const undone = fc.array(fc.constantFrom('begun', 'done', 'left', null), { maxLength: 5 })

  it('says one thing of each chosen effect, and takes back only what is there and is the gateway’s own', () => {
    fc.assert(
      fc.property(
        effects,
        fc.uniqueArray(row, { selector: ({ emailId }) => emailId }),
        own,
        undone,
        (all, rows, ...rest) => {
          const [ownOptOuts, states] = rest
          const pasts = all.map(({ effect: one, calledAt: at, before }, index) => {
            const facts =
              before === null
                ? null
                : factsBefore({
                    addressRows: [rowBefore({ onHold: before[0], optedOut: before[1] })],
                    queueRow: 'unread',
                  })
            return past({ id: index + 1, effect: one, calledAt: at, facts })
          })
          const given = undoCase({
            chosen: pasts.filter((_one, index) => all[index]!.chosen),
            others: pasts.filter((_one, index) => !all[index]!.chosen),
            rows: rows.map((one) => rowNow({ ...one, contactId: one.emailId + 100 })),
            ownOptOuts: ownOptOuts ?? 'unknown',
            undone: new Map(
              states.flatMap((state, index) =>
                state === null
                  ? []
                  : [
                      [
                        index + 1,
                        { effectId: index + 1, undoId: 1, state, at: calledAt + 25 * hour, answer: null },
                      ] as const,
                    ],
              ),
            ),
          })
          const verdicts = judgeUndo(given)
          expect(verdicts.map(({ effectId }) => effectId)).toEqual(given.chosen.map(({ stored }) => stored.id))
          for (const { effectId, verdict, release, optIn, why } of verdicts) {
            expect(verdict === 'undo').toBe(release.length + optIn.length > 0)
            expect(verdict === 'undo' || why !== '').toBe(true)
            expect(verdict === 'nothing' || given.undone.get(effectId)?.state !== 'done').toBe(true)
            for (const { emailId, holdDate, becomes } of release) {
              const now = given.rows.find((one) => one.emailId === emailId)
              expect(now).toMatchObject({ onHold: 1, holdDate })
              expect(becomes).not.toBe(1)
              const near = (at: number | null): boolean => Math.abs((holdDate ?? 0) - (at ?? 0)) <= slackMs + 2000
              expect(given.chosen.some(({ stored }) => near(stored.calledAt))).toBe(true)
            }
            for (const contactId of optIn) {
              expect(given.rows.some((one) => one.contactId === contactId && one.optedOut)).toBe(true)
              expect(given.ownOptOuts).not.toBe('unknown')
            }
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
