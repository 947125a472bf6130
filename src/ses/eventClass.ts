import type { MailEventKind } from './mailEvent.ts'
import type { SesDetail } from './record.ts'
import { oneLine } from './text.ts'

/** Part of a database key: longer links say nothing more. */
const longest = 500

/** Kinds that happen once to a recipient of a mail. */
const once: ReadonlySet<string> = new Set(['delivery', 'send', 'reject', 'renderingFailure'])

/**
 * What tells an event from another of the same mail, recipient and kind, in the ledger's key. The same
 * event in both dialects must give the same class (feedbackIds and the milliseconds of times may differ
 * between them), and a graver one a new class: a Permanent bounce after an out-of-office reply, abuse
 * after not-spam.
 */
export function eventClass(kind: MailEventKind, detail: SesDetail, sesMessageId: string): string {
  const parts = [ownClass(kind, detail)]
  // Without SES's id the mails themselves cannot be told apart: better the same event twice than two taken for one.
  if (sesMessageId === '') parts.push(detail.feedbackId ?? detail.timestamp ?? '')
  return oneLine(parts.join(' ')).slice(0, longest).toWellFormed()
}

function ownClass(kind: MailEventKind, detail: SesDetail): string {
  if (kind === 'bounce') return detail.bounceType
  if (kind === 'complaint') return detail.complaintFeedbackType?.toLowerCase() ?? 'none'
  if (once.has(kind)) return ''
  // Opens, clicks, delays and kinds unknown to us: each is a thing of its own.
  return `${detail.timestamp ?? ''} ${detail.link ?? ''}`
}
