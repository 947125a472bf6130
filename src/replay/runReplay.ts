import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Ledger, RecordedEvent } from '../ledger/ledger.ts'
import { redecide } from '../whatIf/redecide.ts'
import { foresee, type Foresight } from './foresee.ts'
import { eventsOf, type Looked, type LookedEvent, Outlook, type OutlookParts } from './outlook.ts'
import type { ReplayDetail, ReplayReport } from './report.ts'
import { type Selection, selected } from './selection.ts'

export interface ReplayRequest {
  readonly selection: Selection
  readonly dryRun: boolean
  /** Also those that would opt somebody out whose opt-out an undo has taken back since. */
  readonly withUndone: boolean
  /** Notifications, at most. */
  readonly limit: number
  /** Mail events named in the report, at most; all are counted. */
  readonly details: number
}

export interface ReplayParts extends OutlookParts {
  readonly inbox: Pick<Inbox, 'deadLetters' | 'dropped' | 'read' | 'revive'>
  readonly ledger: Pick<Ledger, 'search' | 'find' | 'reopen'>
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
export async function runReplay(request: ReplayRequest, parts: ReplayParts, asker: ReplayAsker): Promise<ReplayReport> {
  // Where nothing was ever undone there is nothing to look for.
  const takenBack = !request.withUndone && (await parts.undos.list(1)).length > 0
  const run = new Run(parts, request, takenBack)
  try {
    await goThrough(run, request, { parts, asker })
  } finally {
    await run.close()
  }
  return { dryRun: request.dryRun, brokenOff: asker.signal.aborted, ...run.report() }
}

async function goThrough(
  run: Run,
  { selection, dryRun, limit }: ReplayRequest,
  { parts, asker: { signal, progress } }: { readonly parts: ReplayParts; readonly asker: ReplayAsker },
): Promise<void> {
  const ids = selected(selection, parts, async (events) => {
    if (signal.aborted) return []
    run.looked += events.length
    if (run.looked % perWord === 0) progress(`${run.looked} mail events looked at`)
    return run.changed(events)
  })
  let some: number[] = []
  for await (const id of ids) {
    if (signal.aborted) break
    if (selection.of === 'ids' && (await run.isMissing(id))) continue
    if (!(await run.fits(id, selection))) continue
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
}

class Run {
  chosen = 0
  /** Events of which it was judged whether they are to be chosen. */
  looked = 0
  readonly #parts: ReplayParts
  readonly #request: ReplayRequest
  readonly #outlook: Outlook
  /** Whether opt-outs that an undo has taken back are looked for. */
  readonly #takenBack: boolean
  readonly #ids: number[] = []
  readonly #details: ReplayDetail[] = []
  readonly #events: Record<Foresight, number> = { new: 0, same: 0, kept: 0, undone: 0, person: 0, unclaimed: 0 }
  readonly #missing: number[] = []
  #replayed = 0
  #assumed = 0
  #unreadable = 0
  #gone = 0
  #leftOut = 0

  constructor(parts: ReplayParts, request: ReplayRequest, takenBack: boolean) {
    this.#parts = parts
    this.#request = request
    this.#outlook = new Outlook(parts)
    this.#takenBack = takenBack
  }

  async close(): Promise<void> {
    await this.#outlook.close()
  }

  choose(id: number): void {
    this.chosen += 1
    if (this.#ids.length < mostIds) this.#ids.push(id)
  }

  async replay(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return
    const { dryRun } = this.#request
    const looked =
      dryRun || this.#takenBack ? await this.#outlook.of(ids, { crm: dryRun, takenBack: this.#takenBack }) : []
    const undone = new Set(looked.filter((one) => isLeftOut(one)).map(({ id }) => id))
    this.#leftOut += undone.size
    if (dryRun) {
      for (const one of looked) this.#count(one)
      return
    }
    const { ledger, inbox, clock } = this.#parts
    const wanted = ids.filter((id) => !undone.has(id))
    // Before they come through again, or they would find nothing to do.
    await ledger.reopen(wanted)
    this.#replayed += await inbox.revive(wanted, clock.now())
  }

  /** Of events that were decided, those for which something new would be done now; the others are counted at once. */
  async changed(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
    const facts = await this.#parts.history.facts(events.map(({ eventId }) => eventId))
    const otherwise = events.filter((entry) => {
      const rules = this.#outlook.rulesOf(entry.key.site)
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

  /** Of one that was named: who names it is to hear of it. */
  async isMissing(id: number): Promise<boolean> {
    if ((await this.#parts.inbox.read(id)) !== null) return false
    this.#missing.push(id)
    return true
  }

  /** Where a kind is asked for, the message alone says whether one that is unrecorded is of it. */
  async fits(id: number, { of, kind }: Selection): Promise<boolean> {
    if (kind === undefined || (of !== 'dead' && of !== 'dropped')) return true
    const notification = await this.#parts.inbox.read(id)
    if (notification === null) return false
    return (eventsOf(notification) ?? []).some((event) => event.kind === kind)
  }

  report(): Omit<ReplayReport, 'dryRun' | 'brokenOff'> {
    return {
      ids: this.#ids,
      chosen: this.chosen,
      replayed: this.#replayed,
      missing: this.#missing,
      events: this.#events,
      assumed: this.#assumed,
      unasked: this.#outlook.unasked,
      leftOut: this.#leftOut,
      unreadable: this.#unreadable,
      gone: this.#gone,
      details: this.#details,
    }
  }

  #count(looked: Looked): void {
    if (looked.is === 'gone') this.#gone += 1
    else if (looked.is === 'unreadable') this.#unreadable += 1
    else for (const one of looked.events) this.#countEvent(looked, one)
  }

  #countEvent({ id, site }: { readonly id: number; readonly site: string }, looked: LookedEvent): void {
    const { event, basis, ...foreseen } = looked
    this.#events[foreseen.foresight] += 1
    if (basis === 'assumed') this.#assumed += 1
    if (this.#details.length >= this.#request.details) return
    const { recipient, kind } = event
    this.#details.push({ notificationId: id, site, recipient, kind, ...foreseen })
  }
}

function isLeftOut(looked: Looked): boolean {
  return looked.is === 'read' && looked.events.some(({ foresight }) => foresight === 'undone')
}
