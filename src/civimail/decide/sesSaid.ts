import type { MailEvent } from '../../ses/mailEvent.ts'
import { diagnosisOf } from '../reason.ts'

/** A diagnosis may be a page of text; a sentence takes its beginning. */
const longestQuote = 160

/**
 * Kinds that need no more than a sentence and the field of theirs that says more. A map: a kind unknown to
 * us may be called `toString`.
 */
const plain: ReadonlyMap<string, readonly [sentence: string, field: string]> = new Map([
  ['delivery', ['SES says that the mail was delivered', 'smtpResponse']],
  ['deliveryDelay', ['SES says that the delivery is delayed', 'delayType']],
  ['send', ['SES has taken the mail', '']],
  ['reject', ['SES rejected the mail', 'reason']],
  ['renderingFailure', ['SES could not make the mail from its template', 'errorMessage']],
  ['open', ['SES says that the mail was opened', '']],
  ['click', ['SES says that a link in the mail was clicked', '']],
  ['subscription', ["SES says that the recipient's subscription to a contact list changed", 'contactList']],
])

/**
 * What SES reported, as a sentence for somebody who does not know SES.
 * @param quoting whether to quote the receiving server, whose words often contain the address
 */
export function sesSaid(event: MailEvent, quoting = true): string {
  const { bounce, complaint, detail } = event
  if (bounce !== null) {
    const kind = [bounce.type, bounce.subType].filter((text) => text !== '').join('/') || 'no type given'
    return `SES says that the mail bounced: ${kind}${inBrackets(quoting ? diagnosisOf(bounce) : null)}.`
  }
  if (complaint !== null) {
    const kind = complaint.feedbackType ?? 'no type given'
    // Of a listed address the report is SES's own: it did not send, so no provider had anything to report.
    const reports = /SuppressionList$/i.test(complaint.subType ?? '')
      ? 'SES itself reports a complaint'
      : "SES passes on a report from the recipient's provider"
    return `${reports}: ${kind}${inBrackets(complaint.subType)}.`
  }
  const [sentence, field] = plain.get(event.kind) ?? [
    `SES reports an event of the kind ${event.kind}, which is not known here`,
    '',
  ]
  return `${sentence}${inBrackets(detail[field])}.`
}

function inBrackets(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') return ''
  const line = text.trim()
  return ` (${line.length > longestQuote ? `${line.slice(0, longestQuote).toWellFormed()}…` : line})`
}
