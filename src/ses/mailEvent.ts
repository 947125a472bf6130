/**
 * What SES reports, one value for each recipient of one mail: the words of the whole program.
 *
 * - **notification**: one SNS message (envelope), identified by its MessageId.
 * - **mail event**: one thing that happened to one recipient of one mail. One notification gives zero or more.
 */

/** SES's kinds in both dialects, in one spelling. */
export const knownKinds = [
  'bounce',
  'complaint',
  'delivery',
  'deliveryDelay',
  'send',
  'reject',
  'open',
  'click',
  'renderingFailure',
  'subscription',
] as const

export type KnownKind = (typeof knownKinds)[number]

/** A kind that SES adds later is kept under its own name in camel case, never dropped. */
export type MailEventKind = KnownKind | (string & {})

/** Which of SES's two shapes named the event; both can be switched on for one mail. */
export type Dialect = 'identity' | 'eventPublishing'

export interface BounceDetail {
  /** SES's word: Permanent, Transient, Undetermined, or one unknown to us; '' where absent. */
  readonly type: string
  readonly subType: string
  /** The DSN's fields for this recipient (RFC 3464), null where SES gives none. */
  readonly status: string | null
  readonly action: string | null
  /** Verbatim: may hold line breaks. */
  readonly diagnosticCode: string | null
  /**
   * Whether any trace of a delivery status notification came: a DSN field of the recipient or a
   * reportingMTA. Without one, Transient/General is most likely an out-of-office reply.
   */
  readonly dsn: boolean
}

export interface ComplaintDetail {
  /** abuse, auth-failure, fraud, not-spam, other, virus, or unknown; null where the provider names none. */
  readonly feedbackType: string | null
  /** OnAccountSuppressionList: nothing was sent. */
  readonly subType: string | null
}

export interface Header {
  readonly name: string
  readonly value: string
}

/** What the record says of the mail itself; all that correlation may use. */
export interface MailFacts {
  /** Envelope sender as SES shows it; may carry a display name. '' where absent. */
  readonly source: string
  /** All recipients of the mail, cleaned to addresses, in SES's order. */
  readonly destinations: readonly string[]
  /** Original headers, in order; empty where "include original headers" is off. */
  readonly headers: readonly Header[]
  readonly headersTruncated: boolean
  /** `commonHeaders`, cleaned to addresses. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly returnPath: string | null
  /** When the mail was handed to SES, epoch ms; null where unreadable. */
  readonly sentAt: number | null
  /** Event publishing only; e.g. `ses:configuration-set`. */
  readonly tags: Readonly<Record<string, readonly string[]>>
}

export interface MailEvent {
  readonly kind: MailEventKind
  readonly dialect: Dialect
  /** The address as SES spells it, without a display name; letter case kept. '' if the record names none. */
  readonly recipient: string
  /** SES's id of the mail (`mail.messageId`); '' if absent. */
  readonly sesMessageId: string
  readonly feedbackId: string | null
  /** SES's own text of the time, as it came; null where absent. */
  readonly timestamp: string | null
  /** The same as epoch ms; falls back to the SNS Timestamp. Never a reason to drop an event. */
  readonly occurredAt: number | null
  readonly bounce: BounceDetail | null
  readonly complaint: ComplaintDetail | null
  /** How many recipients this record names: of several complained ones only one is certain. */
  readonly namedRecipients: number
  /**
   * What tells this event from another of the same mail, recipient and kind, in the ledger's key:
   * bounceType; feedback type; for opens, clicks and delays their time (and link), since each is a thing of its own.
   */
  readonly class: string
  readonly mail: MailFacts
  /** The kind's own object as it came (bounce, complaint, click …), for showing and for later use. */
  readonly detail: Readonly<Record<string, unknown>>
}

/**
 * The reading of one SNS Message.
 * - `events`: a SES record (an unknown kind included); `warnings` names oddities that were bridged.
 * - `notice`: readable and harmless, but no mail event. `noRecord` is any other text or JSON.
 */
export type Interpretation =
  | { readonly form: 'events'; readonly events: readonly MailEvent[]; readonly warnings: readonly string[] }
  | {
      readonly form: 'notice'
      readonly about: 'setUp' | 'inboundMail' | 'noRecord'
      readonly notice: string
    }
