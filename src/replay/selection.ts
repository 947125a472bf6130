import { setImmediate } from 'node:timers/promises'
import { isPseudonym } from '../privacy/pseudonyms.ts'
import type { Inbox, StoredNotification } from '../inbox/inbox.ts'
import type { History } from '../ledger/history.ts'
import type { Ledger, RecordedEvent } from '../ledger/ledger.ts'
import { eachEvent } from '../ledger/setAside.ts'

export interface Selection {
  /**
   * Which: those named, dead letters, what a person dropped, what was only watched, or all that was decided and would
   * be otherwise now.
   */
  readonly of: 'ids' | 'dead' | 'dropped' | 'watched' | 'decided'
  readonly ids: readonly number[]
  readonly site?: string | undefined
  readonly kind?: string | undefined
  readonly code?: string | undefined
  readonly since?: number | undefined
  readonly before?: number | undefined
}

export interface SelectionParts {
  readonly inbox: Pick<Inbox, 'deadLetters' | 'dropped' | 'read'>
  readonly ledger: Pick<Ledger, 'search'>
  readonly history: Pick<History, 'facts'>
}

/** Looked at in one go: some milliseconds. */
const piece = 50

/** Dead letters that fit, those that died last first, a piece at a time. A revived one is none any more. */
async function* deadLetters(
  { site, code, since, before }: Selection,
  { inbox }: SelectionParts,
): AsyncGenerator<StoredNotification> {
  for (let after: StoredNotification | undefined; ;) {
    // Reading may be synchronous: whoever posts a notification has his turn in between.
    await setImmediate()
    const letters = await inbox.deadLetters({ site, code, since, before, after, limit: piece })
    yield* letters
    after = letters.at(-1)
    if (after === undefined || letters.length < piece) return
  }
}

/** What was dropped, the oldest first, a piece at a time. */
async function* dropped({ site, since, before }: Selection, { inbox }: SelectionParts): AsyncGenerator<number> {
  for (let after: number | null = 0; after !== null;) {
    await setImmediate()
    const found: Awaited<ReturnType<Inbox['dropped']>> = await inbox.dropped(after, { site, since, before })
    yield* found.ids
    after = found.next
  }
}

/**
 * The first report of each mail event that fits, newest first: one is enough.
 * @param wanted asked in pieces
 */
async function* reports(
  { of, site, kind, since, before }: Selection,
  { ledger }: SelectionParts,
  wanted: (events: readonly RecordedEvent[]) => Promise<readonly RecordedEvent[]>,
): AsyncGenerator<number> {
  const filter = { site, kind, since, before, ...(of === 'watched' ? { effectState: 'watched' as const } : {}) }
  let some: RecordedEvent[] = []
  for await (const event of eachEvent(ledger, filter)) {
    if (isPseudonym(event.key.recipient)) continue
    some.push(event)
    if (some.length < piece) continue
    await setImmediate()
    yield* firstReports(await wanted(some))
    some = []
  }
  yield* firstReports(await wanted(some))
}

function firstReports(events: readonly RecordedEvent[]): readonly number[] {
  return events.flatMap(({ notificationIds }) => notificationIds.slice(0, 1))
}

/**
 * Ids of the notifications that fit, each once, without holding all of them.
 * @param changed of events that were decided, those that a replay would change
 */
export async function* selected(
  selection: Selection,
  parts: SelectionParts,
  changed: (events: readonly RecordedEvent[]) => Promise<readonly RecordedEvent[]>,
): AsyncGenerator<number> {
  if (selection.of === 'ids') {
    yield* new Set(selection.ids)
  } else if (selection.of === 'dead') {
    for await (const { id } of deadLetters(selection, parts)) yield id
  } else if (selection.of === 'dropped') {
    yield* dropped(selection, parts)
  } else {
    let last = 0
    for await (const id of reports(selection, parts, selection.of === 'decided' ? changed : async (all) => all)) {
      // Several events of one notification stand together.
      if (id !== last) yield id
      last = id
    }
  }
}
