import type { Effect } from '../civimail/decision.ts'
import type { ReferenceSource } from '../civimail/reference.ts'
import type { SnsType } from '../ingest/sns/verdict.ts'

/**
 * What `inspect` says of one file; one JSON line each. Support scripts read it: fields are added, never
 * renamed or removed.
 */
export interface InspectReport {
  readonly file: string
  readonly form: 'sns' | 'ses' | 'unreadable'
  readonly sns: InspectedEnvelope | null
  readonly events: readonly InspectedEvent[]
  /** Why a readable message has no events (set-up message, inbound mail, text that is no SES record), or that there are more. */
  readonly notice: string | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface InspectedEnvelope {
  readonly type: SnsType
  readonly messageId: string
  readonly topicArn: string
  readonly signatureVersion: string
  /** `unchecked`: there was no certificate to check it with; never a sign of anything. */
  readonly signature: 'valid' | 'invalid' | 'unchecked'
  /** Code and sentence why it is not valid; null where it is. */
  readonly reason: string | null
}

export interface InspectedEvent {
  readonly kind: string
  readonly recipient: string
  readonly sesMessageId: string
  readonly feedbackId: string | null
  readonly timestamp: string | null
  readonly bounce: {
    readonly type: string
    readonly subType: string
    readonly status: string | null
    readonly action: string | null
    readonly diagnosticCode: string | null
  } | null
  readonly complaint: { readonly feedbackType: string | null; readonly subType: string | null } | null
  readonly reference: {
    readonly jobId: number
    readonly queueId: number
    readonly hash: string
    readonly from: ReferenceSource
  } | null
  readonly decision: {
    readonly rule: string
    readonly effects: readonly InspectedEffect[]
    readonly explanation: string
  }
}

/** An effect by name; whom it would touch only a CRM knows. */
export interface InspectedEffect {
  readonly effect: Effect['effect']
  readonly bounceType?: string
}

/** Whether the gateway could read it and nothing about it is forged. */
export function isGood(report: InspectReport): boolean {
  return report.error === null && report.sns?.signature !== 'invalid'
}
