import { addressKey } from '../ses/addresses.ts'
import type { MailEvent } from '../ses/mailEvent.ts'
import type { EventKey } from './ledger.ts'

/**
 * The ledger's key of a mail event. The recipient stands in the one spelling that all its spellings share:
 * the two dialects may write letter case and domain differently.
 */
export function eventKey(
  site: string,
  event: Pick<MailEvent, 'sesMessageId' | 'recipient' | 'kind' | 'class'>,
): EventKey {
  const { sesMessageId, recipient, kind } = event
  return { site, sesMessageId, recipient: addressKey(recipient), kind, class: event.class }
}

/** The key's parts in a fixed order, for hashing. */
export function keyParts(key: EventKey): readonly string[] {
  return [key.site, key.sesMessageId, key.recipient, key.kind, key.class]
}
