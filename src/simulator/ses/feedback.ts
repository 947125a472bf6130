/**
 * What happened to a mail, in the words of SES but in neither of its dialects. Times are epoch
 * milliseconds. An optional field that is null is missing in the record.
 */
export type Feedback =
  | Bounce
  | Complaint
  | Delivery
  | Send
  | Reject
  | Open
  | Click
  | RenderingFailure
  | DeliveryDelay
  | TopicSubscription

export interface Recipient {
  /** As the other side's report spells it, which is not always as it was sent. */
  readonly emailAddress: string
  /** `failed`, `delayed`. */
  readonly action?: string
  /** `5.1.1` */
  readonly status?: string
  /** `smtp; 550 …`; may hold line breaks. */
  readonly diagnosticCode?: string
}

export interface Bounce {
  readonly kind: 'bounce'
  readonly at: number
  readonly bounceType: string
  readonly bounceSubType: string
  /** May be empty: out-of-office replies that SES could not read have come so. */
  readonly recipients: readonly Recipient[]
  readonly reportingMta: string | null
  readonly remoteMtaIp: string | null
}

export interface Complaint {
  readonly kind: 'complaint'
  readonly at: number
  /** All who may have complained: everyone of the mail at that provider. */
  readonly recipients: readonly Recipient[]
  readonly feedbackType: string | null
  /** Not null: nothing was sent, for the address is suppressed. */
  readonly subType: string | null
  readonly userAgent: string | null
  /** ISO text; may bear an offset in place of `Z`. */
  readonly arrivalDate: string | null
}

export interface Delivery {
  readonly kind: 'delivery'
  readonly at: number
  readonly recipients: readonly string[]
  readonly processingTimeMillis: number
  readonly smtpResponse: string
  readonly reportingMta: string
  readonly remoteMtaIp: string
}

export interface Send {
  readonly kind: 'send'
}

export interface Reject {
  readonly kind: 'reject'
  readonly reason: string
}

export interface Open {
  readonly kind: 'open'
  readonly at: number
  readonly ipAddress: string
  readonly userAgent: string
}

export interface Click {
  readonly kind: 'click'
  readonly at: number
  readonly ipAddress: string
  readonly userAgent: string
  readonly link: string
  readonly linkTags: Readonly<Record<string, readonly string[]>> | null
}

export interface RenderingFailure {
  readonly kind: 'renderingFailure'
  readonly templateName: string
  readonly errorMessage: string
}

export interface DeliveryDelay {
  readonly kind: 'deliveryDelay'
  readonly at: number
  readonly delayType: string
  readonly expiresAt: number
  readonly recipients: readonly Recipient[]
  readonly reportingMta: string | null
}

export interface TopicSubscription {
  readonly kind: 'subscription'
  readonly at: number
  readonly contactList: string
  readonly topicName: string
  readonly unsubscribeAll: boolean
}
