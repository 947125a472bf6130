import { addressList, cleanAddress } from './addresses.ts'
import { headerValues, readHeaders } from './headers.ts'
import type { MailFacts } from './mailEvent.ts'
import { mostRecipients } from './recipients.ts'
import type { SesMail } from './record.ts'
import { oneLine } from './text.ts'
import { parseTime } from './times.ts'

/** What the record says of the mail, cleaned. `commonHeaders` may be absent where the headers are there. */
export function readMail(mail: SesMail): MailFacts {
  const headers = readHeaders(mail.headers)
  const { commonHeaders } = mail
  return {
    source: oneLine(mail.source),
    destinations: mail.destination
      .slice(0, mostRecipients)
      .map((address) => cleanAddress(address))
      .filter((address) => address !== ''),
    headers,
    headersTruncated: mail.headersTruncated,
    from: addresses(commonHeaders.from, headerValues(headers, 'From')),
    to: addresses(commonHeaders.to, headerValues(headers, 'To')),
    returnPath: commonHeaders.returnPath === null ? null : cleanAddress(commonHeaders.returnPath) || null,
    sentAt: parseTime(mail.timestamp),
    tags: mail.tags,
  }
}

/** SES puts several addresses of a header into one text, so each entry is a list again. */
function addresses(common: readonly string[], header: readonly string[]): readonly string[] {
  return (common.length > 0 ? common : header).flatMap((entry) => addressList(entry)).slice(0, mostRecipients)
}
