import type { Crm } from '../civicrm/crm.ts'
import { correlate } from '../civimail/correlate.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import { needsFacts } from '../civimail/needsFacts.ts'
import { type SiteRules, siteRules } from '../civimail/siteRules.ts'
import type { Inbox, StoredNotification } from '../inbox/inbox.ts'
import { parseEnvelope } from '../ingest/sns/envelope.ts'
import type { History } from '../ledger/history.ts'
import { eventKey } from '../ledger/key.ts'
import type { Ledger, LedgerEntry } from '../ledger/ledger.ts'
import { interpret } from '../ses/interpret.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { UndoStore } from '../undo/undoStore.ts'
import { redecide } from '../whatIf/redecide.ts'
import { CrmNow, type Unasked } from './crmNow.ts'
import { type Foreseen, foresee, isOpen } from './foresee.ts'
import { optOutsTakenBack } from './takenBack.ts'

export interface OutlookParts {
  readonly inbox: Pick<Inbox, 'read'>
  readonly ledger: Pick<Ledger, 'find'>
  readonly history: Pick<History, 'facts' | 'ofRecipients'>
  readonly undos: Pick<UndoStore, 'find' | 'list'>
  readonly settings: Pick<Settings, 'site'>
  readonly connect: (site: Site) => Crm
}

/** `unreadable`: as it was when it became a dead letter; `gone`: its message is no longer kept. */
export type Looked =
  | { readonly id: number; readonly is: 'gone' }
  | { readonly id: number; readonly is: 'unreadable' }
  | { readonly id: number; readonly is: 'read'; readonly site: string; readonly events: readonly LookedEvent[] }

export interface LookedEvent extends Foreseen {
  readonly event: MailEvent
  /**
   * By what it was foreseen: what the CRM knows `now`; what was known `then`, where it is not asked or nothing turns
   * on it; or an address taken for known and a mailing for there.
   */
  readonly basis: 'now' | 'then' | 'assumed'
}

/** One mail event on its way through. */
interface Open {
  readonly id: number
  readonly site: string
  readonly event: MailEvent
  readonly entry: LedgerEntry | null
  known: { readonly facts: CrmFacts | null; readonly from: 'now' | 'then' }
  isTakenBack: boolean
}

/** What the replay of notifications would do, event by event, each decided as it would be when it comes through. */
export class Outlook {
  readonly #parts: OutlookParts
  readonly #crmNow: CrmNow
  readonly #sites = new Map<string, { readonly site: Site; readonly rules: SiteRules } | null>()

  constructor(parts: OutlookParts) {
    this.#parts = parts
    this.#crmNow = new CrmNow(parts.connect)
  }

  get unasked(): readonly Unasked[] {
    return this.#crmNow.unasked
  }

  async close(): Promise<void> {
    await this.#crmNow.close()
  }

  /** null where no site claims it. */
  rulesOf(site: string): SiteRules | null {
    return this.#siteOf(site)?.rules ?? null
  }

  /** @param looks `crm`: CRMs are asked; `takenBack`: opt-outs that an undo has taken back since are looked for */
  async of(
    ids: readonly number[],
    looks: { readonly crm: boolean; readonly takenBack: boolean },
  ): Promise<readonly Looked[]> {
    const read: (Looked | readonly Open[])[] = []
    for (const id of ids) read.push(await this.#read(id))
    const all = read.flatMap((one) => ('is' in one ? [] : one))
    for (const [site, works] of Map.groupBy(all, (work) => work.site)) {
      if (looks.crm) await this.#askCrm(site, works)
      if (looks.takenBack) await this.#lookForTakenBack(site, works)
    }
    return read.map((one, index) =>
      'is' in one
        ? one
        : {
            id: ids[index] ?? 0,
            is: 'read',
            site: one[0]?.site ?? '',
            events: together(one.map((work) => this.#foresee(work))),
          },
    )
  }

  async #read(id: number): Promise<Looked | readonly Open[]> {
    const { inbox, ledger, history } = this.#parts
    const notification = await inbox.read(id)
    if (notification === null) return { id, is: 'gone' }
    const events = eventsOf(notification)
    if (events === null) return { id, is: 'unreadable' }
    const { site } = notification
    const entries = await ledger.find(events.map((event) => eventKey(site, event)))
    const facts = await history.facts(entries.flatMap((entry) => entry?.eventId ?? []))
    return events.map((event, index): Open => {
      const entry = entries[index] ?? null
      const then = entry === null ? null : (facts.get(entry.eventId) ?? null)
      return { id, site, event, entry, known: { facts: then, from: 'then' }, isTakenBack: false }
    })
  }

  /** Only of what would be decided anew, and turns on it. */
  async #askCrm(id: string, works: readonly Open[]): Promise<void> {
    const found = this.#siteOf(id)
    if (found === null) return
    const { site, rules } = found
    const needy = works
      .filter(({ entry }) => isOpen(entry))
      .map((work) => ({ work, event: work.event, correlation: correlate(work.event, rules) }))
      .filter((one) => needsFacts(one, rules))
    if (needy.length === 0) return
    const facts = await this.#crmNow.read(site, needy)
    for (const [index, { work }] of needy.entries()) {
      const now = facts[index] ?? null
      const counted = work.known.facts?.counted ?? []
      if (now !== null) work.known = { facts: { ...now, counted }, from: 'now' }
    }
  }

  /** Whether an event would opt somebody out is asked without the CRM: then every replay answers it alike. */
  async #lookForTakenBack(site: string, works: readonly Open[]): Promise<void> {
    const rules = this.rulesOf(site)
    if (rules === null) return
    const optsOut = works.filter(({ event, entry }) => {
      const watched = entry?.effects.filter(({ state }) => state === 'watched') ?? []
      if (watched.length > 0) return watched.some(({ effect }) => effect.effect === 'optOut')
      if (!isOpen(entry)) return false
      return redecide({ event, facts: null }, rules, []).decision.effects.some(({ effect }) => effect === 'optOut')
    })
    if (optsOut.length === 0) return
    const recipientOf = ({ event }: Open): string => eventKey(site, event).recipient
    const takenBack = await optOutsTakenBack(site, [...new Set(optsOut.map(recipientOf))], this.#parts)
    for (const work of optsOut) {
      const at = takenBack.get(recipientOf(work))
      work.isTakenBack = at !== undefined && (work.event.occurredAt ?? 0) <= at
    }
  }

  #foresee({ site, event, entry, known: { facts, from }, isTakenBack }: Open): LookedEvent {
    const rules = this.rulesOf(site)
    const now = rules && redecide({ event, facts }, rules, facts?.counted ?? [])
    const foreseen = foresee(entry, now?.decision ?? null, isTakenBack)
    return { event, ...foreseen, basis: now?.basis === 'assumed' ? 'assumed' : from }
  }

  #siteOf(id: string): { readonly site: Site; readonly rules: SiteRules } | null {
    const known = this.#sites.get(id)
    if (known !== undefined) return known
    const site = id === '' ? null : this.#parts.settings.site(id)
    const found = site && { site, rules: siteRules(site) }
    this.#sites.set(id, found)
    return found
  }
}

/** A notification is put back as a whole or not at all. */
function together(events: readonly LookedEvent[]): readonly LookedEvent[] {
  if (!events.some(({ foresight }) => foresight === 'undone')) return events
  return events.map((one) => (one.foresight === 'new' ? { ...one, foresight: 'undone' } : one))
}

/** The mail events of a stored message; null where it cannot be read. */
export function eventsOf({ raw }: Pick<StoredNotification, 'raw'>): readonly MailEvent[] | null {
  const parsed = parseEnvelope(raw)
  if (!parsed.ok) return null
  const { type, message, timestamp } = parsed.envelope
  if (type !== 'Notification') return []
  try {
    const interpretation = interpret(message, timestamp)
    return interpretation.form === 'events' ? interpretation.events : []
  } catch {
    return null
  }
}
