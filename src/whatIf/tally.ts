import type { PolicyWarning } from '../civimail/policy/check.ts'
import type { Compared, Difference, Direction, Person, RuleChange } from './person.ts'
import type { EventCounts, WhatIfReport } from './report.ts'

interface Change {
  readonly site: string
  readonly change: RuleChange
  events: number
  recipients: number
}

/**
 * Adds up what the comparison finds. Bounded: changes by the rules that there are, recipients by number but for the
 * first ones.
 */
export class Tally {
  readonly #mostDetails: number
  readonly #events = { compared: 0, otherwise: 0, assumed: 0, nameless: 0, setAside: 0 }
  readonly #recipients = { looked: 0, harsher: 0, milder: 0, mixed: 0, counting: 0 }
  readonly #changes = new Map<string, Change>()
  readonly #milderRules = new Map<string, { readonly site: string; readonly rule: string; recipients: number }>()
  readonly #details: Difference[] = []
  /** Changes that the recipient at hand has had. */
  readonly #met = new Set<string>()

  constructor(mostDetails: number) {
    this.#mostDetails = mostDetails
  }

  get compared(): number {
    return this.#events.compared
  }

  get otherwise(): number {
    const { harsher, milder, mixed, counting } = this.#recipients
    return harsher + milder + mixed + counting
  }

  skip(why: 'nameless' | 'setAside'): void {
    this.#events[why] += 1
  }

  event(site: string, { change, assumed }: Compared): void {
    this.#events.compared += 1
    if (assumed) this.#events.assumed += 1
    if (change === null) return
    this.#events.otherwise += 1
    const key = JSON.stringify([site, change])
    const known = this.#changes.get(key) ?? { site, change, events: 0, recipients: 0 }
    known.events += 1
    if (!this.#met.has(key)) known.recipients += 1
    this.#met.add(key)
    this.#changes.set(key, known)
  }

  /** All events of this recipient at this site are through. */
  person(person: Person): void {
    this.#met.clear()
    this.#recipients.looked += 1
    const difference = person.difference()
    if (difference === null) return
    const { direction } = difference
    this.#recipients[direction] += 1
    if (this.#details.length < this.#mostDetails) this.#details.push(difference)
    for (const rule of person.milderRules) {
      const key = JSON.stringify([person.site, rule])
      const known = this.#milderRules.get(key) ?? { site: person.site, rule, recipients: 0 }
      known.recipients += 1
      this.#milderRules.set(key, known)
    }
  }

  report(about: {
    readonly policy: string
    readonly sites: readonly string[]
    readonly warnings: readonly PolicyWarning[]
    readonly brokenOff: boolean
  }): WhatIfReport {
    const events: EventCounts = this.#events
    const recipients: Readonly<Record<Direction | 'looked', number>> = this.#recipients
    return {
      ...about,
      events,
      changes: [...this.#changes.values()]
        .map(({ site, change, ...counts }) => ({ site, ...change, ...counts }))
        .toSorted((one, other) => other.events - one.events),
      recipients,
      milderRules: [...this.#milderRules.values()].toSorted((one, other) => other.recipients - one.recipients),
      details: this.#details,
    }
  }
}
