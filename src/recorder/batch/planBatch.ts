import type { LedgerEntry, PlannedEvent } from '../../ledger/ledger.ts'
import { isDecidedAnew } from '../../ledger/rows.ts'
import { elsewhereTrouble } from '../calls/siteFault.ts'
import { keyText, type EventWork } from '../state/eventWork.ts'
import type { BatchContext } from '../state/laneState.ts'
import { inSlices } from './slices.ts'

/** Events stored in one commit: the database works within this process, and holds up all else meanwhile. */
const slice = 100

/** Whether the event is to be decided now: nothing of it was ever begun, or CiviCRM refused it and it comes again. */
export function isToBeDecided({ entry }: EventWork): boolean {
  return entry === null || (!entry.nameless && isDecidedAnew(entry.effects))
}

/**
 * Stores decisions and intended effects of all events, and every notification's sighting.
 * From then on it is known what is to be done, whatever happens. What somebody has begun since it was looked for in
 * the ledger meets its trouble.
 */
export async function planBatch(context: BatchContext, works: readonly EventWork[]): Promise<void> {
  if (works.length === 0) return
  const { parts, siteId } = context
  const at = parts.clock.now()
  const entries = new Map<string, LedgerEntry>()
  const fresh = new Set<string>()
  await inSlices(works, slice, async (some) => {
    for (const entry of await parts.ledger.plan(some.flatMap((work) => plannedEvents(work, at)))) {
      entries.set(keyText(entry.key), entry)
      if (entry.fresh) fresh.add(keyText(entry.key))
    }
  })
  for (const work of works) {
    const entry = entries.get(work.id) ?? null
    if (entry === null) throw new Error('the ledger gave no entry for an event that was planned')
    work.entry =
      work.decision !== null && isRefused(entry) ? await parts.ledger.redecide(entry.eventId, work.decision, at) : entry
    // Its end is not known here, and taken for recorded it would never be looked up.
    if (work.entry.effects.some(({ state }) => state === 'calling')) work.meet(elsewhereTrouble(parts))
    if (!fresh.has(work.id)) continue
    const { rule, standing } = entry.decision
    parts.events.emit('eventDecided', { site: siteId, eventId: entry.eventId, kind: work.event.kind, rule, standing })
  }
}

function plannedEvents(work: EventWork, at: number): readonly PlannedEvent[] {
  const decision = work.decision ?? work.entry?.decision
  if (decision === undefined) return []
  const { key, correlation } = work
  return work.sightings.map(({ notification, event }) => ({
    key,
    notificationId: notification.id,
    event,
    reference: correlation.reference,
    decision,
    at,
    facts: work.facts ?? undefined,
    receiver: work.receiver ?? undefined,
  }))
}

function isRefused({ effects }: LedgerEntry): boolean {
  return effects.some(({ state }) => state === 'refused')
}
