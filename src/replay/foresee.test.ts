import { describe, expect, it } from 'vitest'
import type { Decision, Effect } from '../civimail/decision.ts'
import { setAside } from '../civimail/guard/setAside.ts'
import type { EffectState, LedgerEffect } from '../ledger/ledger.ts'
import { bounceEffect, decision, mailEvent, optOutEffect } from '../testing/plannedEvents.ts'
import { foresee } from './foresee.ts'

const bounce = bounceEffect(1)
const relay = bounceEffect(1, { bounceType: 'Relay' })

function stored(effects: readonly Effect[], state: EffectState, decided: Decision = decision(effects)) {
  const kept = effects.map((effect, id): LedgerEffect => {
    const open = { callId: null, calledAt: null, conclusiveAt: null, settledAt: null, answer: null }
    return { id, effect, marker: '', state, ...open }
  })
  return { decision: decided, effects: kept, nameless: false }
}

describe('a replay', () => {
  it('of what was never decided does what the rules of now say', () => {
    expect(foresee(null, decision([bounce]))).toEqual({
      foresight: 'new',
      before: null,
      now: 'bounce-permanent: Invalid bounce on the mailing',
    })
    expect(foresee(null, decision([], { rule: 'delivery' }))).toMatchObject({
      foresight: 'same',
      now: 'delivery: nothing',
    })
    expect(foresee(null, null)).toEqual({ foresight: 'unclaimed', before: null, now: null })
  })

  it('does not repeat what is done, whatever the rules say by now', () => {
    expect(foresee(stored([bounce], 'done'), decision([bounce]))).toMatchObject({ foresight: 'same' })
    expect(foresee(stored([bounce], 'done'), decision([relay]))).toMatchObject({
      foresight: 'kept',
      before: 'bounce-permanent: Invalid bounce on the mailing',
      now: 'bounce-permanent: Relay bounce on the mailing',
    })
    expect(foresee(stored([bounce], 'uncertain'), decision([]))).toMatchObject({
      foresight: 'kept',
      before: 'bounce-permanent: Invalid bounce on the mailing (uncertain)',
    })
    expect(foresee(stored([bounce], 'calling'), decision([relay])).foresight).toBe('kept')
  })

  it('decides anew what had no effect, was not begun, or was refused', () => {
    expect(foresee(stored([], 'done'), decision([bounce])).foresight).toBe('new')
    expect(foresee(stored([], 'done'), decision([])).foresight).toBe('same')
    expect(foresee(stored([bounce], 'planned'), decision([relay])).foresight).toBe('new')
    expect(foresee(stored([bounce], 'refused'), decision([bounce])).foresight).toBe('new')
  })

  it('carries out what was only watched, as it was decided', () => {
    expect(foresee(stored([bounce, optOutEffect('x@example.org')], 'watched'), decision([relay]))).toEqual({
      foresight: 'new',
      before: 'bounce-permanent: Invalid bounce on the mailing (watched), opt-out (watched)',
      now: 'bounce-permanent: Invalid bounce on the mailing, opt-out',
    })
  })

  it('leaves to a person what waits for one, and does nothing about what has no name any more', () => {
    const aside = stored([], 'done', setAside(mailEvent(1), decision([bounce]), 'A burst.'))
    expect(foresee(aside, decision([bounce]))).toMatchObject({ foresight: 'person', now: null })
    expect(foresee({ ...stored([], 'done'), nameless: true }, decision([bounce])).foresight).toBe('person')
  })

  it('leaves out what an undo has taken back since, but says what it would do', () => {
    const optOut = decision([optOutEffect('x@example.org')], { rule: 'complaint' })
    expect(foresee(stored([], 'done'), optOut, true)).toMatchObject({
      foresight: 'undone',
      now: 'complaint: opt-out',
    })
    expect(foresee(null, null, true).foresight).toBe('unclaimed')
  })
})
