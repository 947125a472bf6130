import type { BounceTypeName } from '../civimail/bounceTypes.ts'
import type { AddressRow, QueueRow } from '../civimail/crmFacts.ts'
import type { MailingReference } from '../civimail/reference.ts'

/**
 * What a CRM must do for the recorder. Two implementations: `remote/` (a CiviCRM over its API) and
 * `builtin/` (the built-in contact store); `conformance.ts` runs over both.
 *
 * Every method may throw {@link CrmError}. Reads take many keys at once, since each request to a
 * CiviCRM costs about 50 ms of PHP start-up whatever it asks.
 */
export interface Crm {
  /**
   * What the credential can do; asked once and after a credential changed.
   * @throws CrmError
   */
  capabilities(signal?: AbortSignal): Promise<CrmCapabilities>

  /** All live rows (contact not deleted) of these addresses, compared without letter case. */
  findAddresses(addresses: readonly string[], signal?: AbortSignal): Promise<readonly AddressState[]>

  /** Queue rows by id; 'unknown' where the credential may not read them. Absent ids are gone. */
  findQueueRows(queueIds: readonly number[], signal?: AbortSignal): Promise<readonly QueueRow[] | 'unknown'>

  /**
   * Records bounces with CiviCRM's own logic, in order; one outcome for each, in the same order.
   * Not idempotent: CiviCRM inserts a row and counts at every call.
   */
  recordBounces(bounces: readonly BounceToRecord[], signal?: AbortSignal): Promise<readonly BounceOutcome[]>

  /**
   * Which of these markers stand in the bounce reasons of these queue rows: the look before doing a
   * call again whose answer is unknown. Needs {@link CrmCapabilities.readBack}.
   */
  findRecorded(
    looks: readonly { readonly queueId: number; readonly marker: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlySet<string>>

  /** Sets `is_opt_out` where it is not set; idempotent. Returns the contacts that were changed. */
  optOut(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]>

  /** Sets `on_hold` 1 where it is 0; idempotent. Returns the e-mail rows that were changed. */
  hold(emailIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]>

  /**
   * Takes e-mail rows off hold again that are as they were seen: still on hold by bounce, since the same moment.
   * Writes the reset date, so that no earlier bounce counts any more: CiviCRM itself leaves an old one standing at a
   * second release. Idempotent. Returns the rows that were changed.
   */
  release(rows: readonly HeldRow[], signal?: AbortSignal): Promise<readonly number[]>

  /** Takes `is_opt_out` back where it is set; idempotent. Returns the contacts that were changed. */
  optIn(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]>

  /**
   * When these contacts opted out by themselves, by a mailing's own link: CiviCRM keeps no date with `is_opt_out`.
   * 'unknown' where the credential may not read it.
   */
  findOwnOptOuts(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly OwnOptOut[] | 'unknown'>

  /**
   * Rows that somebody took off hold since a mark, oldest first, at most `limit`; with the mark for the next time.
   * null as the mark: none yet, only a mark to begin from. Some may be told twice.
   */
  findReleases(since: string | null, limit: number, signal?: AbortSignal): Promise<FoundReleases>

  /** Ends connections. */
  close(): Promise<void>
}

/** An address row as it stands now, with more than deciding needs. Times are epoch ms. */
export interface AddressState extends AddressRow {
  readonly holdDate: number | null
}

/** A row on hold by bounce, as it was seen. */
export interface HeldRow {
  readonly emailId: number
  readonly holdDate: number | null
  /** What it becomes: not on hold, or on hold by opt-out, as it was before a bounce overwrote that. */
  readonly becomes: 0 | 2
}

export interface OwnOptOut {
  readonly contactId: number
  /** Epoch ms. */
  readonly at: number
}

export interface FoundReleases {
  readonly rows: readonly ReleasedRow[]
  /** Text of the CRM's own making. */
  readonly mark: string
}

export interface ReleasedRow {
  readonly emailId: number
  readonly contactId: number
  readonly email: string
  /** Its reset date; null where CiviCRM left an old one standing, so that one soft bounce holds it again. */
  readonly resetDate: number | null
  /** Of the hold that it was taken off, where CiviCRM left it standing. */
  readonly holdDate: number | null
}

export interface CrmCapabilities {
  /** 'administer CiviCRM': queue rows and bounce rows can be read, so nothing is lost and nothing doubled. */
  readonly readBack: boolean
}

export interface BounceToRecord {
  readonly reference: MailingReference
  readonly bounceType: BounceTypeName
  /** With the marker in front part; at most 254 bytes of UTF-8 without characters beyond the BMP. */
  readonly reason: string
  /** Non-empty text for `body`. */
  readonly body: string
}

/**
 * - `recorded`: CiviCRM says it is done.
 * - `gone`: no such queue row or a wrong hash; will never be otherwise: go by the address.
 * - `failed`: this one was refused or failed while others passed; `retry` says whether it makes sense again.
 *   `unknown` = it may have been done all the same.
 */
export type BounceOutcome =
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'gone'; readonly message: string }
  | { readonly outcome: 'failed'; readonly retry: boolean; readonly unknown: boolean; readonly message: string }

/** Why a whole request failed, in the order of civicrm's reply table. */
export type CrmErrorKind =
  | 'unreachable' // no connection, DNS, TLS: surely not done
  | 'timeout' // sent, no answer: may still be done, even later
  | 'interrupted' // connection lost after sending: may be done
  | 'maintenance' // 503
  | 'overloaded' // 429, 502, 504
  | 'tooLarge' // 413: fewer at a time may pass
  | 'credential' // 401, guard, blocked user, anonymous
  | 'permission' // 403 or "unauthorized"
  | 'address' // 3xx, 404, HTML where JSON must be: wrong URL form
  | 'reply' // JSON, but not what was asked (too few results, odd shape)
  | 'timeZone' // its dates cannot be read: no time zone, or one that its clock contradicts
  | 'server' // 500

export class CrmError extends Error {
  override readonly name = 'CrmError'
  readonly kind: CrmErrorKind
  /** Whether the request may have been carried out (or still may be) in spite of the error. */
  readonly unknown: boolean
  /** Whether waiting may help; else a person must repair something. */
  readonly passes: boolean
  /** How long the site asks to be left alone, milliseconds; 0: it does not say. */
  readonly retryAfterMs: number

  constructor(
    kind: CrmErrorKind,
    message: string,
    options: {
      readonly unknown: boolean
      readonly passes: boolean
      readonly retryAfterMs?: number
      readonly cause?: unknown
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.unknown = options.unknown
    this.passes = options.passes
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}
