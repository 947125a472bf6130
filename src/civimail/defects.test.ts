import { describe, expect, it } from 'vitest'
import { addressKey } from '../ses/addresses.ts'
import { interpret } from '../ses/interpret.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import { defectCases } from '../testing/defectCases.ts'
import type { DefectCase, DefectOutcome } from '../testing/defects/defectCase.ts'
import { someTime } from '../testing/sesMessage.ts'
import { type BounceTypeName, defaultBounceTypes } from './bounceTypes.ts'
import { correlate } from './correlate.ts'
import type { AddressRow, CrmFacts, QueueRow } from './crmFacts.ts'
import { decide } from './decide.ts'
import type { Decision, Effect } from './decision.ts'
import { presets } from './policy/presets.ts'
import type { FoundReference } from './reference.ts'
import type { SiteRules } from './siteRules.ts'

/** A CRM of a few lines: what the case seeds, and CiviCRM's hold rule, enough to prove the outcomes true. */
class TinyCrm {
  readonly #people: Map<string, { email: string; deleted: boolean; onHold: 0 | 1; optedOut: boolean }>
  readonly #names: readonly string[]
  readonly #mailing: readonly string[]
  readonly #purged: ReadonlySet<string>
  readonly #bounces = new Map<string, BounceTypeName[]>()

  constructor({ people, mailing, change }: DefectCase) {
    this.#names = Object.keys(people)
    this.#people = new Map(
      Object.entries(people).map(([name, { email, deleted = false }]) => [
        name,
        { email: email.toLowerCase(), deleted, onHold: 0, optedOut: false },
      ]),
    )
    this.#mailing = mailing
    this.#purged = new Set(change !== undefined && 'purge' in change ? [change.purge] : [])
    if (change !== undefined && 'edit' in change) this.#person(change.edit).email = change.email
  }

  rowOf(name: string): Pick<FoundReference, 'jobId' | 'queueId' | 'hash'> {
    return { jobId: 7, queueId: 3000 + this.#id(name), hash: `0123456789abcde${this.#id(name)}` }
  }

  facts(reference: FoundReference | null, readsQueueRows: boolean): CrmFacts {
    const name = this.#names.find((one) => reference !== null && this.rowOf(one).queueId === reference.queueId)
    const addressRows = this.#names.flatMap((one) => (this.#person(one).deleted ? [] : [this.#addressRow(one)]))
    const queueRow = name === undefined || this.#purged.has(name) ? 'gone' : this.#queueRow(name)
    const wrong = queueRow !== 'gone' && queueRow.hash !== reference?.hash.toLowerCase()
    // A credential that may not read finds out by CiviCRM's answer what is gone.
    const seen = wrong ? 'gone' : readsQueueRows || queueRow === 'gone' ? queueRow : 'unread'
    return { queueRow: reference === null ? 'unread' : seen, addressRows, counted: [] }
  }

  apply(effect: Effect): void {
    if (effect.effect === 'bounce') {
      const name = this.#names.find((one) => this.rowOf(one).queueId === effect.reference.queueId) ?? ''
      const all = [...(this.#bounces.get(name) ?? []), effect.bounceType]
      this.#bounces.set(name, all)
      const { threshold } = defaultBounceTypes[effect.bounceType]
      if (all.filter((type) => type === effect.bounceType).length >= threshold) this.#person(name).onHold = 1
    } else if (effect.effect === 'hold') {
      for (const id of effect.emailIds) this.#person(this.#names[id] ?? '').onHold = 1
    } else if (effect.effect === 'optOut') {
      for (const id of effect.contactIds) this.#person(this.#names[id] ?? '').optedOut = true
    }
  }

  outcome(): Readonly<Record<string, DefectOutcome>> {
    return Object.fromEntries(
      [...this.#people].map(([name, { onHold, optedOut }]) => [
        name,
        { bounces: this.#bounces.get(name) ?? [], onHold, optedOut },
      ]),
    )
  }

  #person(name: string): { email: string; deleted: boolean; onHold: 0 | 1; optedOut: boolean } {
    const person = this.#people.get(name)
    if (person === undefined) throw new Error(`nobody is called ${name}`)
    return person
  }

  #id(name: string): number {
    return this.#names.indexOf(name)
  }

  #addressRow(name: string): AddressRow {
    const { email, onHold, optedOut } = this.#person(name)
    const id = this.#id(name)
    return { emailId: id, contactId: id, email, onHold, resetDate: null, optedOut }
  }

  #queueRow(name: string): QueueRow {
    if (!this.#mailing.includes(name)) throw new Error(`${name} got no mailing`)
    const { queueId, hash } = this.rowOf(name)
    const { emailId, contactId, email } = this.#addressRow(name)
    return { queueId, hash, contactId, emailId, email, resetDate: null }
  }
}

function run(
  given: DefectCase,
  readsQueueRows: boolean,
): { readonly crm: TinyCrm; readonly decided: readonly [MailEvent, Decision][] } {
  const crm = new TinyCrm(given)
  const rules: SiteRules = {
    verp: given.verp,
    senderDomains: [],
    policy: presets[given.preset],
    bounceTypes: defaultBounceTypes,
  }
  const seen = new Set<string>()
  const decided: [MailEvent, Decision][] = []
  for (const message of given.messages({ rowOf: (person) => crm.rowOf(person), now: someTime + 321 })) {
    const reading = interpret(message, null)
    for (const event of reading.form === 'events' ? reading.events : []) {
      const correlation = correlate(event, rules)
      const decision = decide(event, correlation, crm.facts(correlation.reference, readsQueueRows), rules)
      decided.push([event, decision])
      // The ledger's key: the same mail event has its effects once.
      const key = [event.sesMessageId, addressKey(event.recipient), event.kind, event.class].join('\n')
      if (!seen.has(key)) for (const effect of decision.effects) crm.apply(effect)
      seen.add(key)
    }
  }
  return { crm, decided }
}

describe('defects of other handlers', () => {
  const cases = defectCases('unit')

  it('have names that nobody else has', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length)
  })

  it.each(cases)('$id $title', (given) => {
    for (const readsQueueRows of given.needsQueueRows ? [true] : [true, false]) {
      const { crm, decided } = run(given, readsQueueRows)
      expect(
        decided.map(([event, { rule, standing, effects }]) => [event.recipient, rule, standing, effects.map(named)]),
      ).toEqual(given.decisions.map(({ recipient, rule, standing, effects }) => [recipient, rule, standing, effects]))
      expect(crm.outcome()).toEqual(given.outcome)
      for (const [event, { explanation }] of decided) {
        expect(explanation).toMatch(/^SES .*\.$/)
        expect(explanation).not.toContain(event.recipient)
      }
    }
  })
})

function named(effect: Effect): string {
  return 'bounceType' in effect ? `${effect.effect} ${effect.bounceType}` : effect.effect
}
