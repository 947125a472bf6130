import type { ContactState, EmailState } from '../civicrm/builtin/contactStore.ts'

/** A contact's state in words, as tables print it. */
export function contactStateText(contact: Pick<ContactState, 'optedOut' | 'deleted'>, email: EmailState): string {
  const parts = [
    email.onHold === 0 ? 'gets mail' : email.onHold === 1 ? 'on hold' : 'on hold (opt-out)',
    ...(contact.optedOut ? ['opted out'] : []),
    ...(contact.deleted ? ['in the bin'] : []),
  ]
  return (contact.optedOut && email.onHold === 0 ? parts.slice(1) : parts).join(', ')
}
