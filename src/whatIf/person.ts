import type { CountedBounce } from '../civimail/counting.ts'
import type { Decision } from '../civimail/decision.ts'
import type { SiteRules } from '../civimail/siteRules.ts'
import type { PastEvent } from '../ledger/history.ts'
import type { UndoneEffect } from '../undo/undoStore.ts'
import { Fate } from './fate.ts'
import { doesWhat, redecide } from './redecide.ts'

/** `counting`: nobody is held or opted out either way, but bounces that count towards it differ. */
export type Direction = 'harsher' | 'milder' | 'mixed' | 'counting'

/** How one recipient at one site would fare otherwise. */
export interface Difference {
  readonly site: string
  readonly recipient: string
  readonly direction: Direction
  readonly before: string
  readonly after: string
  /** Of the decisions that would be otherwise; the first ones. */
  readonly eventIds: readonly number[]
  /** Decided on assumptions, since what was known then was not read or is no longer kept. */
  readonly assumed: number
}

/** One kind of change, with the number of events and recipients that it concerns. */
export interface RuleChange {
  readonly beforeRule: string
  readonly afterRule: string
  readonly before: string
  readonly after: string
}

/** What became of one event. */
export interface Compared {
  /** null: it would be decided alike. */
  readonly change: RuleChange | null
  readonly assumed: boolean
}

/** Of one event. */
interface Counts {
  readonly was: readonly CountedBounce[]
  readonly would: readonly CountedBounce[]
}

/** What an undo did for him. */
interface TakenBack {
  readonly at: number
  readonly what: 'hold' | 'optOut'
}

/** Events of one recipient that a report names. */
const mostNamed = 20

/**
 * One recipient at one site: his events in the order of time, as they were decided and as they would be. Each
 * decision under the other rules knows what those rules would have counted before.
 */
export class Person {
  readonly site: string
  readonly recipient: string
  readonly #rules: SiteRules
  readonly #before: Fate
  readonly #after: Fate
  /** What his earlier events of this history counted for the address, and would have counted. */
  readonly #counts: Counts[] = []
  /** By undos, and not come to yet. */
  #takenBack: readonly TakenBack[] = []
  readonly #eventIds: number[] = []
  #assumed = 0

  constructor(site: string, recipient: string, rules: SiteRules) {
    this.site = site
    this.recipient = recipient
    this.#rules = rules
    this.#before = new Fate(rules.bounceTypes)
    this.#after = new Fate(rules.bounceTypes)
  }

  /** The rules by which he was held and opted out, where he would not be. */
  get milderRules(): readonly string[] {
    // One rule may have done both to him, and he is one recipient.
    const rules = new Set<string>()
    if (this.#before.held !== null && this.#after.held === null) rules.add(this.#before.held.rule)
    if (this.#before.optedOut !== null && this.#after.optedOut === null) rules.add(this.#before.optedOut.rule)
    return [...rules]
  }

  /** @param undone what undos met, by effect */
  add(
    { eventId, event, firstSeenAt, facts, decision, effects: stored }: PastEvent,
    undone: ReadonlyMap<number, UndoneEffect>,
  ): Compared {
    this.#takeBack(firstSeenAt)
    this.#takenBack = [...this.#takenBack, ...takenBackOf(stored, undone)]
    const at = event.occurredAt ?? firstSeenAt
    // What CiviCRM refused was never done to him.
    const effects = stored.filter(({ state }) => state !== 'refused').map(({ effect }) => effect)
    const counted = facts?.counted ?? newestFirst(this.#counts.flatMap(({ was }) => was))
    this.#before.apply({ at, decision: { rule: decision.rule, effects }, counted, facts })

    const wouldBeCounted = newestFirst(exchanged(counted, this.#counts))
    const { decision: otherwise, basis } = redecide({ event, facts }, this.#rules, wouldBeCounted)
    this.#after.apply({ at, decision: otherwise, counted: wouldBeCounted, facts })

    const counts = { was: countedBy(effects, at), would: countedBy(otherwise.effects, at) }
    if (counts.was.length + counts.would.length > 0) this.#counts.push(counts)
    const [before, after] = [doesWhat(effects), doesWhat(otherwise.effects)]
    const assumed = basis === 'assumed'
    if (assumed) this.#assumed += 1
    if (before === after) return { change: null, assumed }
    if (this.#eventIds.length < mostNamed) this.#eventIds.push(eventId)
    return { change: { beforeRule: decision.rule, afterRule: otherwise.rule, before, after }, assumed }
  }

  /** All his events are through: what was taken back after the last of them counts too. */
  end(): void {
    this.#takeBack(Infinity)
  }

  /** null where he would fare the same. */
  difference(): Difference | null {
    if (this.#before.equals(this.#after)) return null
    return {
      site: this.site,
      recipient: this.recipient,
      direction: directionOf(this.#before, this.#after),
      before: String(this.#before),
      after: String(this.#after),
      eventIds: this.#eventIds,
      assumed: this.#assumed,
    }
  }

  /** What was taken back until then. An undo is a person's word on this recipient: it would stand under any rules. */
  #takeBack(until: number): void {
    const due = this.#takenBack.filter(({ at }) => at <= until)
    if (due.length === 0) return
    this.#takenBack = this.#takenBack.filter((one) => !due.includes(one))
    for (const { at, what } of due)
      for (const fate of [this.#before, this.#after]) {
        if (what === 'hold') fate.release(at)
        else fate.optIn(at)
      }
  }
}

function directionOf(before: Fate, after: Fate): Direction {
  const pairs = [
    [before.held !== null, after.held !== null],
    [before.optedOut !== null, after.optedOut !== null],
  ] as const
  const gains = pairs.some(([was, is]) => is && !was)
  const losses = pairs.some(([was, is]) => was && !is)
  if (gains && losses) return 'mixed'
  if (gains) return 'harsher'
  return losses ? 'milder' : 'counting'
}

function countedBy(effects: Decision['effects'], at: number): readonly CountedBounce[] {
  return effects.flatMap((effect) => (effect.effect === 'hold' ? [{ bounceType: effect.bounceType, at }] : []))
}

/**
 * What was counted, with his own events' part of it exchanged for what they would have counted. What was not counted
 * when it should have been (a report that came late) stays uncounted, so that the same rules give the same counts.
 */
function exchanged(counted: readonly CountedBounce[], counts: readonly Counts[]): readonly CountedBounce[] {
  const rest = [...counted]
  for (const { was, would } of counts) {
    const places = was.map((one) =>
      rest.findIndex(({ bounceType, at }) => bounceType === one.bounceType && at === one.at),
    )
    if (places.includes(-1)) continue
    for (const place of places) rest.splice(place, 1)
    rest.push(...would)
  }
  return rest
}

function newestFirst(counted: readonly CountedBounce[]): readonly CountedBounce[] {
  return counted.toSorted((one, other) => other.at - one.at)
}

/** What undos have taken back of an event; what they left as it is stands. */
function takenBackOf(effects: PastEvent['effects'], undone: ReadonlyMap<number, UndoneEffect>): readonly TakenBack[] {
  return effects.flatMap(({ id, effect }) => {
    const found = undone.get(id)
    return found?.state === 'done' ? [{ at: found.at, what: effect.effect === 'optOut' ? 'optOut' : 'hold' }] : []
  })
}
