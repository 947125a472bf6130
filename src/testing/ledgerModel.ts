import * as fc from 'fast-check'
import type { Decision } from '../civimail/decision.ts'
import type { EffectOutcome, EffectState, Ledger, LedgerEntry } from '../ledger/ledger.ts'
import { bounceEffect, decision, holdEffect, occurredAt, optOutEffect, planned } from './plannedEvents.ts'

/**
 * The ledger's effects as a model of a few lines, and random interleavings of everything that can happen
 * to them: repeats, new decisions, calls, late and foreign answers, crashes.
 */

interface ModelEffect {
  readonly name: string
  state: EffectState
  callId: string | null
}

interface ModelEvent {
  readonly number: number
  choice: number
  effects: ModelEffect[]
}

type Step =
  | { readonly do: 'plan'; readonly events: readonly { readonly number: number; readonly choice: number }[] }
  | { readonly do: 'redecide'; readonly number: number; readonly choice: number }
  | { readonly do: 'begin'; readonly number: number; readonly callId: string }
  | {
      readonly do: 'settle'
      readonly number: number
      readonly effect: number
      readonly callId: string | null
      readonly state: EffectState
    }

export interface LedgerRound {
  readonly steps: readonly Step[]
  readonly crash: boolean
}

/** Decisions that one event may get, one after another; some share effects. */
const choices: readonly (readonly string[])[] = [['bounce'], ['bounce', 'optOut'], ['hold', 'optOut'], []]

const numbers = fc.integer({ min: 1, max: 3 })
const choice = fc.integer({ min: 0, max: choices.length - 1 })
const callIds = fc.constantFrom('call-1', 'call-2', 'call-3')

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('plan'),
      events: fc.array(fc.record({ number: numbers, choice }), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redecide'), number: numbers, choice }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin'), number: numbers, callId: callIds }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      number: numbers,
      effect: fc.integer({ min: 0, max: 2 }),
      callId: callIds,
      state: fc.constantFrom('done', 'refused', 'uncertain', 'planned'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      number: numbers,
      effect: fc.integer({ min: 0, max: 2 }),
      callId: fc.constant(null),
      state: fc.constantFrom('watched', 'done'),
    }),
  },
)

export const ledgerRounds: fc.Arbitrary<readonly LedgerRound[]> = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    crash: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { minLength: 3, maxLength: 14 },
)

class Model {
  readonly events = new Map<number, ModelEvent>()

  apply(step: Step): unknown {
    switch (step.do) {
      case 'plan': {
        const inThisCall = new Set<number>()
        const fresh = step.events.map(({ number, choice: chosen }) => {
          const isFresh = this.#plan(number, chosen, inThisCall.has(number))
          inThisCall.add(number)
          return isFresh
        })
        return step.events.map(({ number }, index) => ({ fresh: fresh[index], ...this.look(number) }))
      }
      case 'redecide':
        this.#replace(this.events.get(step.number)!, step.choice)
        return this.look(step.number)
      case 'begin': {
        const begun = this.events.get(step.number)!.effects.filter(({ state }) => state === 'planned')
        for (const effect of begun) Object.assign(effect, { state: 'calling', callId: step.callId })
        return begun.length
      }
      case 'settle':
        return this.#settle(step)
      default:
        return step satisfies never
    }
  }

  look(number: number): object | null {
    const event = this.events.get(number)
    if (event === undefined) return null
    const effects = event.effects.map(({ name, state, callId }) => `${name} ${state} ${callId ?? '-'}`)
    return { choice: event.choice, effects: effects.toSorted() }
  }

  #plan(number: number, chosen: number, again: boolean): boolean {
    const event = this.events.get(number)
    if (event === undefined) {
      const fresh: ModelEvent = { number, choice: chosen, effects: [] }
      this.events.set(number, fresh)
      this.#replace(fresh, chosen)
      return true
    }
    const isOpen = event.effects.every(({ state }) => state === 'planned')
    if (!again && isOpen && event.choice !== chosen) this.#replace(event, chosen)
    return false
  }

  #replace(event: ModelEvent, chosen: number): void {
    event.choice = chosen
    const wanted = choices[chosen]!
    const kept = event.effects.filter(({ name, state }) => !isReplaceable(state) || wanted.includes(name))
    for (const effect of kept)
      if (isReplaceable(effect.state)) Object.assign(effect, { state: 'planned', callId: null })
    const missing = wanted.filter((name) => kept.every((effect) => effect.name !== name))
    event.effects = [...kept, ...missing.map((name): ModelEffect => ({ name, state: 'planned', callId: null }))]
  }

  #settle({ number, effect: index, callId, state }: Extract<Step, { do: 'settle' }>): number {
    const effect = this.events.get(number)!.effects[index]!
    const isTheirs =
      callId === null
        ? effect.state === 'planned'
        : effect.callId === callId && (effect.state === 'calling' || effect.state === 'uncertain')
    if (!isTheirs) return 0
    effect.state = state
    if (state === 'planned') effect.callId = null
    return 1
  }
}

function isReplaceable(state: EffectState): boolean {
  return state === 'planned' || state === 'refused'
}

/** Plays on an empty ledger and on the model; both results in the same order. */
export async function playLedger(
  bench: { readonly ledger: Ledger; crash(): Promise<Ledger> },
  played: readonly LedgerRound[],
): Promise<{ readonly expected: readonly unknown[]; readonly actual: readonly unknown[] }> {
  const model = new Model()
  const expected: unknown[] = []
  const actual: unknown[] = []
  let { ledger } = bench
  for (const { steps, crash } of played) {
    for (const one of steps) {
      if (!isPossible(model, one)) continue
      // The ids as the ledger has them now; the steps of the model go by name.
      const entry = 'number' in one ? (await ledger.find([planned(one.number).key]))[0]! : null
      const name = one.do === 'settle' ? model.events.get(one.number)!.effects[one.effect]!.name : ''
      expected.push(model.apply(one))
      actual.push(await perform(ledger, { step: one, entry, name }))
    }
    if (crash) ledger = await bench.crash()
    for (const number of [1, 2, 3]) {
      const [entry] = await ledger.find([planned(number).key])
      expected.push(model.look(number))
      actual.push(entry === null || entry === undefined ? null : lookOf(entry))
    }
    expected.push(tally([...model.events.values()].flatMap(({ effects }) => effects.map(({ state }) => state))))
    actual.push(
      tally((await ledger.counts()).flatMap(({ state, count }) => Array.from({ length: count }, () => state))),
    )
  }
  return { expected, actual }
}

function isPossible(model: Model, step: Step): boolean {
  if (step.do === 'plan') return true
  const event = model.events.get(step.number)
  if (event === undefined) return false
  return step.do !== 'settle' || event.effects[step.effect] !== undefined
}

interface Performance {
  readonly step: Step
  readonly entry: LedgerEntry | null
  /** Of the effect to settle. */
  readonly name: string
}

async function perform(ledger: Ledger, { step, entry, name }: Performance): Promise<unknown> {
  if (step.do === 'plan') {
    const entries = await ledger.plan(
      step.events.map(({ number, choice: chosen }, index) =>
        planned(number, { decision: decisionOf(number, chosen), notificationId: index }),
      ),
    )
    return entries.map((one) => ({ fresh: one.fresh, ...lookOf(one) }))
  }
  const at = occurredAt
  const effects = entry!.effects
  if (step.do === 'redecide')
    return lookOf(await ledger.redecide(entry!.eventId, decisionOf(step.number, step.choice), at))
  if (step.do === 'begin') {
    const ids = effects.map(({ id }) => id)
    return (await ledger.begin(ids, { callId: step.callId, at, conclusiveAt: at + 1 })).length
  }
  const { callId, state } = step
  const effectId = effects.find(({ effect }) => effect.effect === name)!.id
  return (await ledger.settle([{ effectId, callId, state, at, answer: 'said' } as EffectOutcome])).length
}

function lookOf({ decision: decided, effects }: LedgerEntry): object {
  return {
    choice: Number(decided.rule),
    effects: effects.map(({ effect, state, callId }) => `${effect.effect} ${state} ${callId ?? '-'}`).toSorted(),
  }
}

function decisionOf(number: number, chosen: number): Decision {
  const address = `person${number}@example.org`
  const all = { bounce: bounceEffect(number), hold: holdEffect(address), optOut: optOutEffect(address) }
  const effects = choices[chosen]!.map((name) => all[name as keyof typeof all])
  return decision(effects, { rule: String(chosen) })
}

function tally(states: readonly EffectState[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
