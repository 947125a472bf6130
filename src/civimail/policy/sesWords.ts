import { type Condition, list } from './evaluate.ts'

/** What SES is known to say, by the field of a condition; 'none' is ours, for a complaint that says nothing. */
const sesWords = {
  bounceType: ['Undetermined', 'Permanent', 'Transient'],
  bounceSubType: [
    'Undetermined',
    'General',
    'NoEmail',
    'Suppressed',
    'OnAccountSuppressionList',
    'OnTenantSuppressionList',
    'EmailValidationSuppressed',
    'UnsubscribedRecipient',
    'MailboxFull',
    'MessageTooLarge',
    'ContentRejected',
    'AttachmentRejected',
    'CustomTimeoutExceeded',
  ],
  feedbackType: ['abuse', 'auth-failure', 'fraud', 'not-spam', 'other', 'virus', 'none'],
  complaintSubType: ['OnAccountSuppressionList', 'OnTenantSuppressionList', 'none'],
} as const satisfies Record<string, readonly string[]>

const fields = ['bounceType', 'bounceSubType', 'feedbackType', 'complaintSubType'] as const

/** `5`, `5.1` or `5.1.1`. */
const statusPrefix = /^[245](\.\d{1,3}){0,2}\.?$/

/** Words of a condition that are most likely mistyped: SES may add some, so they are no mistake. */
export function unknownSesWords(when: Condition): readonly string[] {
  const words = fields.flatMap((field) => {
    const known = sesWords[field]
    const asked = list(when[field] ?? [])
    const unknown = asked.filter((word) => !known.some((one) => one.toLowerCase() === word.toLowerCase()))
    if (unknown.length === 0) return []
    return [`SES is not known to say ${field} ${unknown.join(', ')}; it says ${known.join(', ')}`]
  })
  const odd = list(when.status ?? []).filter((status) => !statusPrefix.test(status))
  return odd.length === 0 ? words : [...words, `no status begins with ${odd.join(', ')}; write 5.1 or 5.1.1`]
}
