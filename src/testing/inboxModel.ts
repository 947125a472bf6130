import * as fc from 'fast-check'
import type { Inbox, NotificationEnd, NotificationState } from '../inbox/inbox.ts'
import { notification, receivedAt } from './notifications.ts'

/**
 * The inbox as a model of a few lines, and random interleavings of everything that can happen to one.
 */

/** One notification, as the state machine of `inbox.ts` has it. */
interface ModelRow {
  readonly number: number
  readonly site: string
  state: NotificationState
  owner: string | null
  dueAt: number
  attempts: number
}

type Step =
  | { readonly do: 'accept'; readonly number: number }
  | {
      readonly do: 'claim'
      readonly owner: string
      readonly site: string
      readonly limit: number
      readonly lease: number
    }
  | { readonly do: 'renew'; readonly owner: string; readonly numbers: readonly number[]; readonly lease: number }
  | { readonly do: 'settle'; readonly owner: string; readonly ends: readonly ModelEnd[] }
  | { readonly do: 'revive'; readonly numbers: readonly number[] }
  | { readonly do: 'hasten'; readonly site: string }

interface ModelEnd {
  readonly number: number
  readonly end: NotificationEnd['end']
  readonly pause: number
  readonly countAttempt: boolean
}

/** What happens between two moments: steps at once, then perhaps a crash, then time passes. */
export interface Round {
  readonly steps: readonly Step[]
  readonly crash: boolean
  readonly passes: number
}

const sites = ['alpha', 'beta'] as const
const numbers = fc.integer({ min: 0, max: 7 })
const owners = fc.constantFrom('one', 'two', 'three')
const lease = fc.integer({ min: 1, max: 30 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('accept'), number: numbers }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim'),
      owner: owners,
      site: fc.constantFrom(...sites),
      limit: fc.integer({ min: 1, max: 4 }),
      lease,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renew'), owner: owners, numbers: fc.array(numbers), lease }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      owner: owners,
      ends: fc.uniqueArray(
        fc.record({
          number: numbers,
          end: fc.constantFrom('recorded', 'dead', 'deferred'),
          pause: lease,
          countAttempt: fc.boolean(),
        }),
        { selector: ({ number }) => number, maxLength: 4 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revive'), numbers: fc.uniqueArray(numbers) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hasten'), site: fc.constantFrom(...sites) }) },
)

export const rounds: fc.Arbitrary<readonly Round[]> = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    crash: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    passes: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 3, maxLength: 14 },
)

/** The inbox in a few lines of memory. Rows stand in the order of their arrival, as ids do. */
class Model {
  readonly rows: ModelRow[] = []

  apply(step: Step, now: number): unknown {
    switch (step.do) {
      case 'accept':
        return this.#accept(step.number)
      case 'claim':
        return this.#claim(step, now)
      case 'renew':
        return step.numbers.filter((number) => {
          const row = this.#heldBy(step.owner, number)
          if (row !== undefined) row.dueAt = now + step.lease
          return row !== undefined
        })
      case 'settle':
        return step.ends.filter((end) => !this.#settle(step.owner, end, now)).map(({ number }) => number)
      case 'revive':
        return this.rows
          .filter(({ number, state }) => step.numbers.includes(number) && state !== 'waiting')
          .map((row) => Object.assign(row, { state: 'waiting', owner: null, dueAt: now, attempts: 0 })).length
      case 'hasten':
        return this.#waiting(step.site)
          .filter(({ owner, dueAt }) => owner === null && dueAt > now)
          .map((row) => Object.assign(row, { dueAt: now })).length
      default:
        return step satisfies never
    }
  }

  releaseLane(site: string): number {
    const claimed = this.#waiting(site).filter(({ owner }) => owner !== null)
    for (const row of claimed) Object.assign(row, { owner: null, dueAt: 0 })
    return claimed.length
  }

  look(): unknown {
    const lanes = sites.map((site) => this.#waiting(site))
    return {
      waiting: lanes.map((rows) => rows.length),
      due: lanes.map((rows) => {
        const later = rows.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > 0)
        return later.length === 0 ? null : Math.min(...later)
      }),
      dead: this.rows.filter(({ state }) => state === 'dead').length,
    }
  }

  #waiting(site: string): readonly ModelRow[] {
    return this.rows.filter((row) => row.site === site && row.state === 'waiting')
  }

  #accept(number: number): string {
    if (this.rows.some((row) => row.number === number)) return 'duplicate'
    this.rows.push({ number, site: siteOf(number), state: 'waiting', owner: null, dueAt: 0, attempts: 0 })
    return 'stored'
  }

  #claim({ owner, site, limit, lease }: Extract<Step, { do: 'claim' }>, now: number): unknown {
    return this.#waiting(site)
      .filter(({ dueAt }) => dueAt <= now)
      .slice(0, limit)
      .map((row) => {
        Object.assign(row, { owner, dueAt: now + lease, attempts: row.attempts + 1 })
        return { number: row.number, attempts: row.attempts }
      })
  }

  #settle(owner: string, { number, end, pause, countAttempt }: ModelEnd, now: number): boolean {
    const row = this.#heldBy(owner, number)
    if (row === undefined) return false
    row.owner = null
    if (end !== 'deferred') row.state = end
    else Object.assign(row, { dueAt: now + pause, attempts: row.attempts - (countAttempt ? 0 : 1) })
    return true
  }

  #heldBy(owner: string, number: number): ModelRow | undefined {
    return this.rows.find((row) => row.number === number && row.owner === owner && row.state === 'waiting')
  }
}

/** What the model foretold and what the inbox did, in the same order. */
export interface Comparison {
  readonly expected: readonly unknown[]
  readonly actual: readonly unknown[]
}

/** Plays on an empty inbox and on the model. */
export async function playInbox(
  bench: { readonly inbox: Inbox; crash(): Promise<Inbox>; readonly sideBySide?: boolean },
  played: readonly Round[],
): Promise<Comparison> {
  const model = new Model()
  const ids = new Ids()
  const expected: unknown[] = []
  const actual: unknown[] = []
  let { inbox } = bench
  let now = receivedAt
  for (const { steps: drawn, crash, passes } of played) {
    const steps = drawn.map((one) => ids.onlyKnown(one))
    expected.push(steps.map((one) => model.apply(one, now)))
    const answers: unknown[] = []
    for (const one of steps) {
      const answer = perform(inbox, ids, { step: one, now })
      answers.push(bench.sideBySide === true ? await answer : answer)
    }
    actual.push(await Promise.all(answers))
    if (crash) {
      inbox = await bench.crash()
      expected.push(sites.map((site) => model.releaseLane(site)))
      actual.push(await Promise.all(sites.map(async (site) => inbox.releaseLane(site))))
    }
    now += passes
    expected.push(model.look())
    actual.push(await lookOf(inbox))
  }
  return { expected, actual }
}

async function lookOf(inbox: Inbox): Promise<unknown> {
  const lanes = await inbox.backlog()
  return {
    waiting: sites.map((site) => lanes.find((lane) => lane.site === site)?.waiting ?? 0),
    due: await Promise.all(sites.map(async (site) => inbox.nextDue(site))),
    dead: await inbox.deadCount(),
  }
}

/** Ids of the inbox by the numbers of the model, learnt from claims. */
class Ids {
  readonly #ids = new Map<number, number>()

  learn(number: number, id: number): void {
    this.#ids.set(number, id)
  }

  of(number: number): number {
    return this.#ids.get(number)!
  }

  numberOf(id: number): number {
    return [...this.#ids].find(([, known]) => known === id)![0]
  }

  /** Nobody can name what no claim has shown before: as an owner in its first batch cannot. */
  onlyKnown(step: Step): Step {
    const isKnown = (number: number): boolean => this.#ids.has(number)
    if ('numbers' in step) return { ...step, numbers: step.numbers.filter(isKnown) }
    if ('ends' in step) return { ...step, ends: step.ends.filter(({ number }) => isKnown(number)) }
    return step
  }
}

async function perform(inbox: Inbox, ids: Ids, { step, now }: { step: Step; now: number }): Promise<unknown> {
  switch (step.do) {
    case 'accept':
      return inbox.accept(notification(step.number, { site: siteOf(step.number) }))
    case 'claim': {
      const { owner, site, limit } = step
      const claimed = await inbox.claim({ owner, site, limit, now, leaseUntil: now + step.lease })
      return claimed.map(({ id, messageId, attempts }) => {
        const number = Number(messageId.slice(-12))
        ids.learn(number, id)
        return { number, attempts }
      })
    }
    case 'renew': {
      const kept = await inbox.renew(
        step.owner,
        step.numbers.map((number) => ids.of(number)),
        now + step.lease,
      )
      return kept.map((id) => ids.numberOf(id))
    }
    case 'settle': {
      const ends = step.ends.map((end) => endOf(ids.of(end.number), end, now))
      return (await inbox.settle(step.owner, ends)).map((id) => ids.numberOf(id))
    }
    case 'revive':
      return inbox.revive(
        step.numbers.map((number) => ids.of(number)),
        now,
      )
    case 'hasten':
      return inbox.hasten(step.site, now)
    default:
      return step satisfies never
  }
}

function endOf(id: number, { end, pause, countAttempt }: ModelEnd, at: number): NotificationEnd {
  const code = 'CODE'
  const reason = 'a reason'
  if (end === 'recorded') return { id, end, at }
  if (end === 'dead') return { id, end, at, code, reason }
  return { id, end, nextAttemptAt: at + pause, code, reason, countAttempt }
}

function siteOf(number: number): string {
  return number % 3 === 2 ? 'beta' : 'alpha'
}
