import { sameAddress } from '../../ses/addresses.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'
import type { Correlation } from '../correlate.ts'
import type { CrmFacts, QueueRow } from '../crmFacts.ts'
import type { FoundReference } from '../reference.ts'
import { rowsOf } from './rows.ts'

/**
 * How an event is charged: on the queue row of its mailing, where CiviCRM counts and holds, or by the
 * recipient's own address, where the gateway counts.
 */
export type Way =
  | {
      readonly via: 'reference'
      readonly reference: FoundReference
      /** null where the credential may not read queue rows. */
      readonly row: QueueRow | null
      readonly address: string
      readonly owns: true
    }
  | {
      readonly via: 'address'
      readonly why: 'noReference' | 'gone' | 'anotherAddress' | 'unseen' | 'copy' | 'unclear'
      readonly address: string
      /** Whether the reference was this recipient's all the same: of several complained ones, that one is sure. */
      readonly owns: boolean
    }

export type ReferenceWay = Extract<Way, { readonly via: 'reference' }>
export type AddressWay = Extract<Way, { readonly via: 'address' }>

/** Charged is only whom SES names: the queue row must be of the address that the mail went to. */
export function wayOf(event: MailEvent, correlation: Correlation, facts: CrmFacts): Way {
  const { reference, ownership, mailedTo } = correlation
  const byAddress = (why: AddressWay['why'], owns = false): Way => ({ via: 'address', why, address: mailedTo, owns })
  if (reference === null) return byAddress('noReference')
  const onRow = (row: QueueRow | null, address: string): Way => ({
    via: 'reference',
    reference,
    row,
    address,
    owns: true,
  })
  const row = usable(facts.queueRow, reference)
  if (typeof row !== 'string' && row.email !== null) {
    const { email } = row
    if (sameAddress(email, event.recipient)) return onRow(row, event.recipient)
    if (sameAddress(email, mailedTo)) return onRow(row, mailedTo)
    // Of a mail to several the row's address says whose the reference is, whatever the To header says.
    const isAnothers = event.mail.destinations.some((destination) => sameAddress(destination, email))
    return ownership === 'own' && !isAnothers ? byAddress('anotherAddress', true) : byAddress('copy')
  }
  if (ownership !== 'own') return byAddress(ownership === 'copy' ? 'copy' : 'unclear')
  if (row === 'gone') return byAddress('gone', true)
  // Nobody has the address any more. If the row's was edited, a bounce there would hold the new one.
  if (row === 'unread' && rowsOf(facts, mailedTo)?.length === 0) return byAddress('unseen', true)
  // Not readable, or its e-mail row was deleted: then a bounce there counts for the mailing and holds nobody.
  return onRow(row === 'unread' ? null : row, mailedTo)
}

/** CiviCRM accepts the hash in any letter case, and nothing for a wrong one. */
function usable(row: CrmFacts['queueRow'], reference: FoundReference): CrmFacts['queueRow'] {
  if (typeof row === 'string') return row
  return row.hash.toLowerCase() === reference.hash.toLowerCase() ? row : 'gone'
}
