import type { SesRecord } from './record.ts'
import { oneLine } from './text.ts'

const setUpText = /^Successfully validated SNS topic for Amazon SES event publishing/i

/** A notice quotes SES's words, not a whole message. */
const longestQuote = 300

/** SES's two set-up messages: SES proves to itself that it can publish. Null for any other text. */
export function setUpNotice(message: string): string | null {
  return setUpText.test(message.trim())
    ? 'Set-up message: SES has checked that it can publish events to this topic.'
    : null
}

/** Records that are readable and harmless, but about no mail of ours. */
export function recordNotice(
  record: SesRecord,
): { readonly about: 'setUp' | 'inboundMail'; readonly notice: string } | null {
  const kind = record.notificationType?.trim()
  if (kind === 'AmazonSnsSubscriptionSucceeded') {
    const said =
      typeof record['message'] === 'string' ? oneLine(record['message']).slice(0, longestQuote).toWellFormed() : ''
    return { about: 'setUp', notice: said === '' ? 'Set-up message of SES.' : `Set-up message: ${said}` }
  }
  if (kind === 'Received') {
    return {
      about: 'inboundMail',
      notice: 'Mail that SES received for one of its addresses; it says nothing about mail that was sent.',
    }
  }
  return null
}
