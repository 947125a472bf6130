import type { Crm } from '../civicrm/crm.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Fence } from '../leases/leases.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ReadEnvelope } from '../recorder/parts.ts'

/**
 * Faults planted into parts of the gateway, to show that a proof of its promises notices them. The product
 * itself is never given any.
 */
export interface Tampering {
  readonly inbox: (inbox: Inbox) => Inbox
  readonly ledger: (ledger: Ledger) => Ledger
  readonly crm: (crm: Crm) => Crm
  readonly readEnvelope: (read: ReadEnvelope) => ReadEnvelope
  /** Under which the built-in contact store records. */
  readonly fence: (fence: Fence) => Fence | null
}

const same = <T>(part: T): T => part

export const untouched: Tampering = { inbox: same, ledger: same, crm: same, readEnvelope: same, fence: same }
