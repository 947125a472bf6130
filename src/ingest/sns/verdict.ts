import type { ErrorCode } from '../../errors/catalogue.ts'

export type SnsType = 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'

/**
 * An SNS message as parsed, all values the untouched strings (after JSON unescaping) that its
 * signature covers. Lambda's spellings (`SigningCertUrl`, `"Subject": null`) are folded in.
 */
export interface SnsEnvelope {
  readonly type: SnsType
  readonly messageId: string
  readonly topicArn: string
  readonly message: string
  readonly timestamp: string
  /** null where none was published. */
  readonly subject: string | null
  readonly signatureVersion: string
  readonly signature: string
  readonly signingCertUrl: string
  /** Both confirmations only. A secret of two days. */
  readonly token: string | null
  readonly subscribeUrl: string | null
}

/** Why a message is not accepted, as a value: the code says what it is, `retryable` in the catalogue whether 503. */
export interface Refusal {
  readonly ok: false
  readonly code: ErrorCode
  /** For diagnosis: no content of the message, no token, no URL with one. */
  readonly reason: string
}

export type Parsed = { readonly ok: true; readonly envelope: SnsEnvelope } | Refusal

export type Verified =
  | { readonly ok: true; readonly signatureVersion: '1' | '2'; readonly certificateUrl: string }
  | Refusal

/** Verifies a parsed message; never throws for anything in the message. `at`: epoch ms at which the certificate must be valid. */
export interface Verifier {
  verify(envelope: SnsEnvelope, at: number): Promise<Verified>
}
