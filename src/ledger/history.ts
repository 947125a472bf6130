import type { CrmFacts } from '../civimail/crmFacts.ts'
import type { Decision, Standing } from '../civimail/decision.ts'
import type { FoundReference } from '../civimail/reference.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { EventKey, LedgerEffect } from './ledger.ts'

/**
 * **History**: what the ledger holds, read from one end to the other in small pieces, for questions about millions
 * of events. No piece holds the database or the process up for long, whatever fits of it.
 */
export interface History {
  /** The next piece in the order of time: of the first report, then of the id. */
  byTime(filter: HistoryFilter, after: TimeMark | null): Promise<Piece<TimeMark>>

  /** The next piece in the order of recipients, all events of one together, each in the order of time. */
  byRecipient(filter: HistoryFilter, after: RecipientMark | null): Promise<Piece<RecipientMark>>

  /**
   * All events of these recipients at one site, of each the newest, in the order of time. Recipients in lower case, as
   * in the key.
   */
  ofRecipients(
    site: string,
    recipients: readonly string[],
    filter: { readonly standing: Standing; /** Of one recipient. */ readonly most: number },
  ): Promise<readonly PastEvent[]>

  /** What was known before the decisions of these events, where it is still kept. */
  facts(eventIds: readonly number[]): Promise<ReadonlyMap<number, CrmFacts>>
}

export interface HistoryFilter {
  readonly site?: string | undefined
  readonly kinds?: readonly string[] | undefined
  readonly standing?: Standing | undefined
  /** Of the decision. */
  readonly rule?: string | undefined
  readonly since?: number | undefined
  readonly before?: number | undefined
}

export interface TimeMark {
  readonly at: number
  readonly id: number
}

export interface RecipientMark extends TimeMark {
  readonly recipient: string
}

export interface Piece<Mark> {
  readonly events: readonly PastEvent[]
  /** Where the next piece begins; null at the end. A piece may be empty before it. */
  readonly next: Mark | null
}

export interface PastEvent {
  readonly eventId: number
  readonly key: EventKey
  readonly firstSeenAt: number
  readonly event: MailEvent
  readonly reference: FoundReference | null
  readonly decision: Decision
  readonly effects: readonly LedgerEffect[]
  /** What was known before the decision; null where nothing was read, or it is no longer kept. */
  readonly facts: CrmFacts | null
}

/** Rows looked at for one piece: some milliseconds of work. */
export const rowsPerPiece = 1000

/** What tells whether a row fits, and where it stands, without what is packed. */
export interface HistoryRow extends RecipientMark {
  readonly site: string
  readonly kind: string
  readonly standing: string
  readonly rule: string
}

export function fits(row: HistoryRow, filter: HistoryFilter): boolean {
  const { site, kinds, standing, rule, since, before } = filter
  return (
    (site === undefined || row.site === site) &&
    (kinds === undefined || kinds.includes(row.kind)) &&
    (standing === undefined || row.standing === standing) &&
    (rule === undefined || row.rule === rule) &&
    (since === undefined || row.at >= since) &&
    (before === undefined || row.at < before)
  )
}

/** The order of time. */
export function inTime(
  one: Pick<PastEvent, 'firstSeenAt' | 'eventId'>,
  other: Pick<PastEvent, 'firstSeenAt' | 'eventId'>,
): number {
  return one.firstSeenAt - other.firstSeenAt || one.eventId - other.eventId
}
