import type { AlarmStore } from '../alarms/store.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { Clock } from '../clock.ts'
import type { Notes } from '../installation/notes.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Fence, Leases } from '../leases/leases.ts'
import type { History } from '../ledger/history.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RefusedMessages } from '../refused/refusedMessages.ts'
import type { ReceiverCounts } from '../receivers/receiverCounts.ts'
import type { PersonStore } from '../persons/personStore.ts'
import type { RetentionStore } from '../retention/retentionStore.ts'
import type { AddressKey } from '../settings/addressKey.ts'
import type { ReleaseStore } from '../releases/releaseStore.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { Removals } from '../suppression/removals.ts'
import type { UndoStore } from '../undo/undoStore.ts'

/** Everything that is kept, on the engine that is configured: SQLite in the data folder, or PostgreSQL. */
export interface Store {
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly history: History
  readonly undos: UndoStore
  readonly removals: Removals
  readonly releases: ReleaseStore
  readonly settings: Settings
  readonly alarms: AlarmStore
  readonly receivers: ReceiverCounts
  readonly retention: RetentionStore
  readonly persons: PersonStore
  /** Of the pseudonyms that take the place of addresses. */
  readonly addressKey: AddressKey
  readonly refused: RefusedMessages
  readonly contacts: (site: string) => ContactStore
  /** What is recorded through it is void where the fence no longer holds. null: for a person, beside whoever records. */
  readonly builtinCrm: (site: Site, fence: Fence | null) => Crm
  /** By which several instances share the work; null where only one process can have the store. */
  readonly leases: Leases | null
  /** The time of what is kept here, on which all instances agree. */
  readonly clock: Clock
  /** What the place says about itself. @throws GatewayError STORAGE_UNAVAILABLE */
  readonly notes: () => Promise<Notes>
  /** Makes a small write. @throws GatewayError STORAGE_UNAVAILABLE */
  readonly tryWriting: () => Promise<void>
  readonly close: () => Promise<void>
}
