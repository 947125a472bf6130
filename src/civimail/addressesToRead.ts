import { addressSpellings } from '../ses/addresses.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { Correlation } from './correlate.ts'

/**
 * The addresses whose live rows deciding this event may need, in every spelling that a CRM may have
 * stored. Both the recipient and the address that was mailed: which one counts, the queue row may say.
 */
export function addressesToRead(event: MailEvent, correlation: Correlation): readonly string[] {
  const addresses = [correlation.mailedTo, event.recipient].filter((address) => address !== '')
  return [...new Set(addresses.flatMap((address) => addressSpellings(address)))]
}
