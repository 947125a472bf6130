import type { CountedBounce } from './counting.ts'

/** One `civicrm_email` row of a live contact. Times are epoch ms (CiviCRM stores local time). */
export interface AddressRow {
  readonly emailId: number
  readonly contactId: number
  readonly email: string
  /** 0 no, 1 on hold (bounce), 2 on hold (opt-out); not a boolean. */
  readonly onHold: 0 | 1 | 2
  /** When somebody released the address; bounces before it no longer count. */
  readonly resetDate: number | null
  readonly optedOut: boolean
}

export interface QueueRow {
  readonly queueId: number
  readonly hash: string
  readonly contactId: number
  /** null where the e-mail row was deleted since. */
  readonly emailId: number | null
  /** The row's address today: may have been edited since the mailing. */
  readonly email: string | null
  readonly resetDate: number | null
}

/**
 * All that deciding may know of the CRM, read beforehand for many events at once. Stored with the
 * decision's event, so that a replay decides on what was known.
 */
export interface CrmFacts {
  /**
   * The queue row that the reference names: 'unread' where there is no reference or the credential may
   * not read queue rows; 'gone' where it was purged or the hash is wrong.
   */
  readonly queueRow: QueueRow | 'unread' | 'gone'
  /**
   * Live rows with the event's addresses (`addressesToRead`). 'unread' where nobody looked, as in
   * `inspect`: effects then name no rows and no contacts.
   */
  readonly addressRows: readonly AddressRow[] | 'unread'
  /** What the gateway itself counted for this address before, without this event, newest first. */
  readonly counted: readonly CountedBounce[]
}

/** Deciding without a CRM at hand: what would happen if the reference is good and the address is known. */
export const assumedFacts: CrmFacts = { queueRow: 'unread', addressRows: 'unread', counted: [] }
