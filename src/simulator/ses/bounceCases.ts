import type { Bounce, Recipient } from './feedback.ts'

/** One way in which mail bounces at SES, with a report as such bounces carry. */
export interface BounceCase {
  readonly bounceType: string
  readonly bounceSubType: string
  /** The recipient's fields of the delivery status notification; null where none came. */
  readonly report: { readonly status: string; readonly diagnosticCode: string } | null
  /** Whether SES itself gave up without asking the other side. */
  readonly notAttempted?: true
}

/** The pairs of bounceType and bounceSubType that SES's documentation names. */
export const tenPairs = [
  {
    bounceType: 'Undetermined',
    bounceSubType: 'Undetermined',
    report: { status: '5.0.0', diagnosticCode: 'smtp; 550 Administrative prohibition' },
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    report: { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'NoEmail',
    report: { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 no such mailbox' },
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'Suppressed',
    report: { status: '5.1.1', diagnosticCode: 'Amazon SES holds this address as one that has bounced lately' },
    notAttempted: true,
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'OnAccountSuppressionList',
    report: { status: '5.1.1', diagnosticCode: 'Amazon SES did not send: the account suppresses this address' },
    notAttempted: true,
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'General',
    report: { status: '4.4.7', diagnosticCode: 'smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.' },
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'MailboxFull',
    report: { status: '4.2.2', diagnosticCode: 'smtp; 452 4.2.2 mailbox full' },
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'MessageTooLarge',
    report: { status: '5.3.4', diagnosticCode: 'smtp; 552 5.3.4 message too big for system' },
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'ContentRejected',
    report: { status: '5.7.1', diagnosticCode: 'smtp; 554 5.7.1 content refused\nsee the policy of this host' },
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'AttachmentRejected',
    report: { status: '5.7.1', diagnosticCode: 'smtp; 552 5.7.1 attachment type not allowed' },
  },
] as const satisfies readonly BounceCase[]

/** Out-of-office replies and subtypes that are documented elsewhere, or not at all. */
export const furtherBounces = [
  {
    bounceType: 'Transient',
    bounceSubType: 'General',
    report: null,
  },
  {
    bounceType: 'Transient',
    bounceSubType: 'CustomTimeoutExceeded',
    report: { status: '4.4.7', diagnosticCode: 'smtp; 421 4.4.7 timed out' },
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'OnTenantSuppressionList',
    report: { status: '5.1.1', diagnosticCode: 'Amazon SES did not send: the tenant suppresses this address' },
    notAttempted: true,
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'EmailValidationSuppressed',
    report: { status: '5.1.1', diagnosticCode: 'Amazon SES did not send: the address is not valid' },
    notAttempted: true,
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'UnsubscribedRecipient',
    report: { status: '5.1.1', diagnosticCode: 'Amazon SES did not send: the contact has unsubscribed' },
    notAttempted: true,
  },
  {
    bounceType: 'Permanent',
    bounceSubType: 'SomethingNew',
    report: { status: '5.0.0', diagnosticCode: 'smtp; 550 no' },
  },
] as const satisfies readonly BounceCase[]

/** @param addresses those that bounced; empty as in out-of-office replies without a readable recipient */
export function bounceOf(bounceCase: BounceCase, addresses: readonly string[], at: number): Bounce {
  const { bounceType, bounceSubType, report, notAttempted = false } = bounceCase
  return {
    kind: 'bounce',
    at,
    bounceType,
    bounceSubType,
    recipients: addresses.map((emailAddress): Recipient =>
      report === null ? { emailAddress } : { emailAddress, action: 'failed', ...report },
    ),
    reportingMta: report === null ? null : notAttempted ? 'dns; amazonses.com' : 'dns; mx.example.net',
    remoteMtaIp: report === null || notAttempted ? null : '192.0.2.80',
  }
}
