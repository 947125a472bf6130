import type { FoundReference } from '../../civimail/reference.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'
import { type Packed, pack } from './packedJson.ts'

/** By what they were made of, and for as long as somebody has that. */
const events = new WeakMap<MailEvent, Packed<'event'>>()
const references = new WeakMap<FoundReference, Packed<'reference'>>()

/**
 * Packs what does not hang on a decision, at a moment when there is time: between two calls to a CRM packing would take
 * more of it than everything else does.
 *
 * @param event as it will be handed to the ledger: the object itself, which nobody changes
 */
export function packAhead(event: MailEvent, reference: FoundReference | null): void {
  events.set(event, pack('event', event))
  if (reference !== null) references.set(reference, pack('reference', reference))
}

/** As {@link pack}; at once where it was packed ahead. */
export function packEvent(event: MailEvent): Packed<'event'> {
  return events.get(event) ?? pack('event', event)
}

/** As {@link pack}; at once where it was packed ahead. */
export function packReference(reference: FoundReference | null): Packed<'reference'> | null {
  return reference === null ? null : (references.get(reference) ?? pack('reference', reference))
}
