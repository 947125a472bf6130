import type { BounceDetail, MailEvent } from '../ses/mailEvent.ts'
import { oneLine } from '../ses/text.ts'

/**
 * Bytes of UTF-8 of a `bounce_reason` with its marker. CiviCRM cuts by bytes (254 until 6.13, then 512), so what is not to
 * be lost must be within, and replaces characters beyond the BMP (CRM/Mailing/Event/BAO/MailingEventBounce.php). A
 * read-back finds a row by its marker: the text must arrive as it was sent.
 */
export const reasonLimit = 254

/** SES's words at the head of a reason, so that the marker behind them stands early. */
const longestWord = 32

/** Text for CiviCRM's bounce report, without the marker: `SES Permanent/General 550 5.1.1 user unknown`. */
export function bounceReason(event: MailEvent): string {
  return bounded(`SES ${headOf(event)} ${restOf(event)}`)
}

/** The same with the marker behind SES's words; the end gives way. @param marker at most 64 plain characters */
export function withMarker(reason: string, marker: string): string {
  const head = /^SES [^ ]{1,70}/.exec(reason)?.[0] ?? ''
  return bounded(`${head} [${marker}] ${reason.slice(head.length)}`)
}

function headOf({ kind, bounce, complaint }: MailEvent): string {
  if (bounce !== null) return [bounce.type, bounce.subType].map((text) => word(text) || 'unnamed').join('/')
  if (complaint !== null) return `Complaint/${word(complaint.feedbackType ?? 'none') || 'unnamed'}`
  return word(kind) || 'unnamed'
}

function restOf({ bounce, complaint }: MailEvent): string {
  if (bounce !== null) return diagnosisOf(bounce) ?? 'no diagnosis was given'
  if (complaint?.subType) return `complaint: ${complaint.subType}`
  return complaint === null ? 'no diagnosis was given' : 'the recipient complained about the mail'
}

/**
 * What the receiving side said, as short as it goes: the server's reply, with its status in front if the
 * reply lacks it. Null where SES passes nothing on.
 */
export function diagnosisOf({ status, action, diagnosticCode }: BounceDetail): string | null {
  const reply = oneLine(diagnosticCode ?? '').replace(/^smtp ?; ?/i, '')
  const parts = status !== null && !reply.includes(status) ? [status, reply] : [reply]
  const text = parts.filter((part) => part !== '').join(' ')
  return text === '' ? action : text
}

function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]/g, '').slice(0, longestWord)
}

/** One line within the limit, cut at a character's boundary. */
function bounded(text: string): string {
  // Bytes are at least as many as UTF-16 units: no need to look at the rest of a long text.
  const line = text
    .slice(0, 4 * reasonLimit)
    .toWellFormed()
    .replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
  let bytes = 0
  let kept = ''
  for (const character of line) {
    bytes += Buffer.byteLength(character)
    if (bytes > reasonLimit) break
    kept += character
  }
  return kept.trim()
}
