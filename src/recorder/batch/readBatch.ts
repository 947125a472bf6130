import { type Correlation, correlate } from '../../civimail/correlate.ts'
import type { SiteRules } from '../../civimail/siteRules.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { messageOf } from '../../errors/gatewayError.ts'
import type { ClaimedNotification } from '../../inbox/inbox.ts'
import { interpret } from '../../ses/interpret.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'
import { eventKey } from '../../ledger/key.ts'
import type { ReadEnvelope } from '../parts.ts'
import { EventWork, keyText } from '../state/eventWork.ts'
import { inSlices } from './slices.ts'

/** A batch, understood. */
export interface ReadBatch {
  /** Each mail event once, in the order of its first report. */
  readonly works: readonly EventWork[]
  /** Notifications that cannot be understood. */
  readonly unreadable: ReadonlyMap<number, { readonly code: ErrorCode; readonly reason: string }>
}

export interface ReadRules {
  /** Lane. */
  readonly site: string
  /** Of the site; null where no site claims the notifications. */
  readonly rules: SiteRules | null
  readonly readEnvelope: ReadEnvelope
}

interface ReadSoFar {
  readonly works: Map<string, EventWork>
  readonly unreadable: Map<number, { readonly code: ErrorCode; readonly reason: string }>
}

/** Notifications interpreted in one go; some of them are a quarter of a megabyte. */
const slice = 25

/** Mail that no site claims is of other software in the same SES account, as far as anybody can tell. */
const unclaimed: Omit<Correlation, 'mailedTo'> = { reference: null, ownership: 'unknown', sender: 'foreign' }

/**
 * Reads and interprets the notifications of a batch and correlates their mail events with the site.
 */
export async function readBatch(claimed: readonly ClaimedNotification[], rules: ReadRules): Promise<ReadBatch> {
  const works = new Map<string, EventWork>()
  const unreadable = new Map<number, { code: ErrorCode; reason: string }>()
  await inSlices(claimed, slice, (some) => {
    for (const notification of some) readOne(notification, rules, { works, unreadable })
  })
  return { works: [...works.values()], unreadable }
}

function readOne(
  notification: ClaimedNotification,
  { site, rules, readEnvelope }: ReadRules,
  { works, unreadable }: ReadSoFar,
): void {
  try {
    // All of a notification before any of it: what breaks on the way must not leave half of it behind.
    const events = eventsOf(notification, readEnvelope).map((event) => ({
      event,
      key: eventKey(site, event),
      correlation: rules === null ? { ...unclaimed, mailedTo: event.recipient } : correlate(event, rules),
    }))
    for (const { event, key, correlation } of events) {
      const known = works.get(keyText(key))
      if (known === undefined) works.set(keyText(key), new EventWork(key, { notification, event }, correlation))
      else known.sightings.push({ notification, event })
    }
  } catch (error: unknown) {
    // All of it is pure: it would fail in the same way every time.
    unreadable.set(notification.id, { code: 'RECORD_UNREADABLE', reason: messageOf(error) })
  }
}

/** Confirmations that a topic was unsubscribed pass through here too, and hold no mail events. */
function eventsOf(notification: ClaimedNotification, readEnvelope: ReadEnvelope): readonly MailEvent[] {
  const read = readEnvelope(notification.raw)
  if (!read.ok) throw new Error(read.reason)
  const { type, message, timestamp } = read.envelope
  if (type !== 'Notification') return []
  const interpretation = interpret(message, timestamp)
  return interpretation.form === 'events' ? interpretation.events : []
}
