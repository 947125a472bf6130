import { setImmediate } from 'node:timers/promises'
import { isSetAside, standsUntilAPerson } from '../civimail/guard/setAside.ts'
import { checkPolicy } from '../civimail/policy/check.ts'
import { policyContent } from '../civimail/policy/presets.ts'
import type { Policy } from '../civimail/policy/schema.ts'
import { type SiteRules, type SiteSettings, siteRules } from '../civimail/siteRules.ts'
import { type History, type PastEvent, type RecipientMark, rowsPerPiece } from '../ledger/history.ts'
import { isNameless } from '../privacy/nameless.ts'
import type { UndoneEffect, UndoStore } from '../undo/undoStore.ts'
import { Person } from './person.ts'
import type { WhatIfReport } from './report.ts'
import { Tally } from './tally.ts'

export interface WhatIfRequest {
  readonly policy: Policy
  /** Whose history is looked at. */
  readonly sites: readonly (SiteSettings & { readonly id: string })[]
  readonly since?: number | undefined
  readonly before?: number | undefined
  /** Recipients named in the report, at most; all are counted. */
  readonly details: number
}

export interface WhatIfParts {
  readonly history: Pick<History, 'byRecipient'>
  readonly undos: Pick<UndoStore, 'find'>
}

/** Whoever waits for it. */
export interface WhatIfAsker {
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

/** Pieces of the history between two words on how far it is. */
const piecesPerWord = 20

/** Events decided in one go: some milliseconds, in which nobody else has his turn. */
const eventsPerTurn = 50

/**
 * Runs a policy over the stored history and says who would fare otherwise under it. Reads only: nothing is asked of
 * any CiviCRM, and nothing changes. One recipient at a time, in small pieces, so its memory does not grow with the
 * history, and it stands in nobody's way.
 */
export async function runWhatIf(
  { policy, sites, since, before, details }: WhatIfRequest,
  { history, undos }: WhatIfParts,
  { signal, progress }: WhatIfAsker,
): Promise<WhatIfReport> {
  const content = policyContent(policy)
  const rules = new Map(sites.map((site) => [site.id, siteRules({ ...site, policy })]))
  const [only, ...others] = sites
  const filter = { site: others.length === 0 ? only?.id : undefined, since, before }
  const run = new Run(rules, new Tally(details))
  let brokenOff = signal.aborted
  let mark: RecipientMark | null = null
  for (let pieces = 1; !brokenOff; pieces += 1) {
    const { events, next } = await history.byRecipient(filter, mark)
    const undone = await undos.find(events.flatMap(({ effects }) => effects.map(({ id }) => id)))
    for (const [index, event] of events.entries()) {
      if (index % eventsPerTurn === eventsPerTurn - 1) await setImmediate()
      run.add(event, undone)
    }
    if (next === null) break
    if (pieces % piecesPerWord === 0)
      progress(
        `${pieces * rowsPerPiece} mail events looked at; ${run.tally.otherwise} recipients would fare otherwise so far`,
      )
    mark = next
    await setImmediate()
    brokenOff = signal.aborted
  }
  run.finish()
  return run.tally.report({
    policy: `${content.name}@${content.version}`,
    sites: [...rules.keys()],
    warnings: checkPolicy(content),
    brokenOff,
  })
}

/** The recipient at hand, at each site that he has events of. */
class Run {
  readonly tally: Tally
  readonly #rules: ReadonlyMap<string, SiteRules>
  readonly #people = new Map<string, Person>()
  #recipient: string | null = null

  constructor(rules: ReadonlyMap<string, SiteRules>, tally: Tally) {
    this.#rules = rules
    this.tally = tally
  }

  /** In the order of recipients. */
  add(past: PastEvent, undone: ReadonlyMap<number, UndoneEffect>): void {
    const { site, recipient } = past.key
    const rules = this.#rules.get(site)
    if (rules === undefined) return
    if (isNameless({ recipient })) return this.tally.skip('nameless')
    if (isSetAside(past.decision) || standsUntilAPerson(past.decision)) return this.tally.skip('setAside')
    if (recipient !== this.#recipient) this.finish()
    this.#recipient = recipient
    const person = this.#people.get(site) ?? new Person(site, recipient, rules)
    this.#people.set(site, person)
    this.tally.event(site, person.add(past, undone))
  }

  finish(): void {
    for (const person of this.#people.values()) {
      person.end()
      this.tally.person(person)
    }
    this.#people.clear()
  }
}
