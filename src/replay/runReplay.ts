import { setImmediate } from 'node:timers/promises'
import { type SiteRules, siteRules } from '../civimail/siteRules.ts'
import type { Clock } from '../clock.ts'
import type { Inbox, StoredNotification } from '../inbox/inbox.ts'
import { parseEnvelope } from '../ingest/sns/envelope.ts'
import type { History } from '../ledger/history.ts'
import { eventKey } from '../ledger/key.ts'
import type { Ledger, RecordedEvent } from '../ledger/ledger.ts'
import { interpret } from '../ses/interpret.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { Settings } from '../settings/settings.ts'
import { redecide } from '../whatIf/redecide.ts'
import { foresee, type Foresight } from './foresee.ts'
import type { ReplayDetail, ReplayReport } from './report.ts'
import { type Selection, selected } from './selection.ts'

export interface ReplayRequest {
  readonly selection: Selection
  readonly dryRun: boolean
  /** Notifications, at most. */
  readonly limit: number
  /** Mail events named in the report, at most; all are counted. */
  readonly details: number
}

export interface ReplayParts {
  readonly inbox: Pick<Inbox, 'deadLetters' | 'read' | 'revive'>
  readonly ledger: Pick<Ledger, 'search' | 'find' | 'reopen'>
  readonly history: Pick<History, 'facts'>
  readonly settings: Pick<Settings, 'site'>
  readonly clock: Clock
}

/** Whoever waits for it. */
export interface ReplayAsker {
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

/** Notifications put back in one go: whoever posts one has his turn in between. */
const atOnce = 100
/** Between two words on how far it is. */
const perWord = 5000
/** Ids that the report names. */
const mostIds = 10_000

/**
 * Puts stored notifications back into the inbox, or says what that would do. In pieces: however many there are, its
 * memory does not grow, and it may be broken off and asked again. What the ledger has as done is not done again,
 * whoever asks for it.
 */
export async function runReplay(
  { selection, dryRun, limit, details }: ReplayRequest,
  parts: ReplayParts,
  { signal, progress }: ReplayAsker,
): Promise<ReplayReport> {
  const run = new Run(parts, dryRun, details)
  const ids = selected(selection, parts, async (events) => {
    if (signal.aborted) return []
    run.looked += events.length
    if (run.looked % perWord === 0) progress(`${run.looked} mail events looked at`)
    return run.changed(events)
  })
  let some: number[] = []
  for await (const id of ids) {
    if (signal.aborted) break
    // Where a kind is asked for, the message alone says whether a dead letter is of it.
    if (selection.of === 'dead' && selection.kind !== undefined && !(await run.isOfKind(id, selection.kind))) continue
    some.push(id)
    run.choose(id)
    if (some.length >= atOnce || run.chosen >= limit) {
      await run.replay(some)
      some = []
      await setImmediate()
    }
    if (run.chosen >= limit) break
    if (run.chosen % perWord === 0) progress(`${run.chosen} notifications ${dryRun ? 'looked at' : 'put back'}`)
  }
  await run.replay(some)
  return { dryRun, brokenOff: signal.aborted, ...run.report() }
}

class Run {
  chosen = 0
  /** Events of which it was judged whether they are to be chosen. */
  looked = 0
  readonly #parts: ReplayParts
  readonly #dryRun: boolean
  readonly #mostDetails: number
  readonly #ids: number[] = []
  readonly #details: ReplayDetail[] = []
  readonly #events: Record<Foresight, number> = { new: 0, same: 0, kept: 0, person: 0, unclaimed: 0 }
  readonly #rules = new Map<string, SiteRules | null>()
  #replayed = 0
  #assumed = 0
  #unreadable = 0
  #gone = 0

  constructor(parts: ReplayParts, dryRun: boolean, mostDetails: number) {
    this.#parts = parts
    this.#dryRun = dryRun
    this.#mostDetails = mostDetails
  }

  choose(id: number): void {
    this.chosen += 1
    if (this.#ids.length < mostIds) this.#ids.push(id)
  }

  async replay(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return
    if (this.#dryRun) {
      for (const id of ids) await this.#look(id)
      return
    }
    const { ledger, inbox, clock } = this.#parts
    // Before they come through again, or they would find nothing to do.
    await ledger.reopen(ids)
    this.#replayed += await inbox.revive(ids, clock.now())
  }

  /** Of events that were decided, those for which something new would be done now; the others are counted at once. */
  async changed(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
    const facts = await this.#parts.history.facts(events.map(({ eventId }) => eventId))
    const otherwise = events.filter((entry) => {
      const rules = this.#rulesOf(entry.key.site)
      const known = facts.get(entry.eventId) ?? null
      const decision = rules && redecide({ event: entry.event, facts: known }, rules, known?.counted ?? []).decision
      const { foresight } = foresee(entry, decision)
      if (foresight !== 'new') this.#events[foresight] += 1
      return foresight === 'new'
    })
    return this.#withoutWaiting(otherwise)
  }

  /** Those whose notification waits come to their effect by themselves: they are no difference that a replay makes. */
  async #withoutWaiting(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
    const settled: RecordedEvent[] = []
    for (const event of events) {
      const [first] = event.notificationIds
      const notification = first === undefined ? null : await this.#parts.inbox.read(first)
      if (notification?.state !== 'waiting') settled.push(event)
    }
    return settled
  }

  async isOfKind(id: number, kind: string): Promise<boolean> {
    const notification = await this.#parts.inbox.read(id)
    if (notification === null) return false
    return (eventsOf(notification) ?? []).some((event) => event.kind === kind)
  }

  report(): Omit<ReplayReport, 'dryRun' | 'brokenOff'> {
    return {
      ids: this.#ids,
      chosen: this.chosen,
      replayed: this.#replayed,
      events: this.#events,
      assumed: this.#assumed,
      unreadable: this.#unreadable,
      gone: this.#gone,
      details: this.#details,
    }
  }

  /** What the replay of one would do, event by event. */
  async #look(id: number): Promise<void> {
    const { inbox, ledger, history } = this.#parts
    const notification = await inbox.read(id)
    if (notification === null) {
      this.#gone += 1
      return
    }
    const events = eventsOf(notification)
    if (events === null) {
      this.#unreadable += 1
      return
    }
    const { site } = notification
    const entries = await ledger.find(events.map((event) => eventKey(site, event)))
    const facts = await history.facts(entries.flatMap((entry) => entry?.eventId ?? []))
    const rules = this.#rulesOf(site)
    for (const [index, event] of events.entries()) {
      const entry = entries[index] ?? null
      const known = entry === null ? null : (facts.get(entry.eventId) ?? null)
      const now = rules && redecide({ event, facts: known }, rules, known?.counted ?? [])
      const foreseen = foresee(entry, now?.decision ?? null)
      this.#events[foreseen.foresight] += 1
      if (now?.basis === 'assumed') this.#assumed += 1
      if (this.#details.length < this.#mostDetails)
        this.#details.push({ notificationId: id, site, recipient: event.recipient, kind: event.kind, ...foreseen })
    }
  }

  /** null where no site claims it. */
  #rulesOf(site: string): SiteRules | null {
    const known = this.#rules.get(site)
    if (known !== undefined) return known
    const found = site === '' ? null : this.#parts.settings.site(site)
    const rules = found && siteRules(found)
    this.#rules.set(site, rules)
    return rules
  }
}

/** The mail events of a stored message; null where it cannot be read, as it was when it became a dead letter. */
function eventsOf({ raw }: Pick<StoredNotification, 'raw'>): readonly MailEvent[] | null {
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
