import { describe, expect, it } from 'vitest'
import { holdEffect, optOutEffect } from '../testing/plannedEvents.ts'
import { calledAt, past, type PastInput } from '../testing/undoCases.ts'
import { isChosen, type UndoFilter } from './undoFilter.ts'

function chosen(filter: UndoFilter, input: PastInput = {}): boolean {
  const { of, stored } = past(input)
  return isChosen(of, stored, filter)
}

describe('an effect', () => {
  it.each<[UndoFilter, PastInput, boolean]>([
    [{}, {}, true],
    [{ site: 'alpha' }, {}, true],
    [{ site: 'beta' }, {}, false],
    [{ rule: 'bounce-permanent' }, {}, true],
    [{ rule: 'bounce' }, {}, false],
    [{ kind: 'complaint' }, {}, false],
    [{ kind: 'complaint' }, { kind: 'complaint' }, true],
    [{ since: calledAt }, {}, true],
    [{ since: calledAt + 1 }, {}, false],
    [{ before: calledAt }, {}, false],
    [{ before: calledAt + 1 }, {}, true],
    [{ domain: 'example.org' }, {}, true],
    [{ domain: '@Example.ORG' }, {}, true],
    [{ domain: 'müller.example' }, { recipient: 'a@xn--mller-kva.example' }, true],
    [{ domain: '@MÜLLER.example.' }, { recipient: 'a@mail.xn--mller-kva.example' }, true],
    [{ domain: 'xn--mller-kva.example' }, { recipient: 'a@xn--mller-kva.example' }, true],
    [{ domain: 'muller.example' }, { recipient: 'a@xn--mller-kva.example' }, false],
    [{ domain: 'example.org' }, { recipient: 'a@mail.example.org' }, true],
    [{ domain: 'example.org' }, { recipient: 'a@myexample.org' }, false],
    [{ domain: 'example.org' }, { recipient: 'example.org@elsewhere.example' }, false],
    [{ effect: 'hold' }, {}, true],
    [{ effect: 'hold' }, { effect: holdEffect('x') }, true],
    [{ effect: 'hold' }, { effect: optOutEffect('x') }, false],
    [{ effect: 'optOut' }, { effect: optOutEffect('x') }, true],
    [{ effect: 'optOut' }, {}, false],
    [{}, { state: 'uncertain' }, true],
    [{}, { effect: { effect: 'alarm', about: 'x' } }, false],
  ])('by %j of %j is chosen: %j', (filter, input, expected) => {
    expect(chosen(filter, input)).toBe(expected)
  })

  it.each(['planned', 'calling', 'refused', 'watched'] as const)('that is %s was not carried out', (state) => {
    expect(chosen({}, { state })).toBe(false)
  })
})
