import type { Clock, Random } from '../clock.ts'
import type { Crm } from '../civicrm/crm.ts'
import type { Emitter } from '../emitter.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { HeldLeases } from '../leases/heldLeases.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ReceiverCounts } from '../receivers/receiverCounts.ts'
import type { Settings } from '../settings/settings.ts'
import type { Site } from '../settings/site.ts'
import type { Timers } from '../timers.ts'
import type { ClaimRoom } from './claimRoom.ts'
import type { RecorderEvents } from './events.ts'
import type { RecorderLimits } from './limits.ts'
import type { Seam } from './seam.ts'
import type { Turns } from './turns.ts'

/** Reads a stored message. Its signature was checked when it came, and is not checked again. */
export type ReadEnvelope = (
  raw: Uint8Array,
) =>
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string }

/** What recording needs of an SNS message. */
export interface Envelope {
  readonly type: string
  readonly message: string
  readonly timestamp: string
}

/** All that the recorder works with; whoever composes the gateway brings it. */
export interface RecorderParts {
  readonly inbox: Inbox
  readonly ledger: Ledger
  /** What receiving domains took and refused, for the provider outage guard. */
  readonly receivers: ReceiverCounts
  readonly settings: Settings
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly events: Emitter<RecorderEvents>
  /**
   * Makes the CRM of a site. Called again after the site or a secret of it changed; the old one is closed.
   * @param onRequest to be called for each request that goes out
   */
  readonly connect: (site: Site, onRequest: () => void) => Crm
  readonly readEnvelope: ReadEnvelope
  /** Which lanes are this instance's to work on. Its owner names claims and calls too. */
  readonly leases: HeldLeases
  /** Whether nothing is to be begun for a moment, since the installation is about to move. */
  readonly rests: () => boolean
  /** When this store was restored from a backup; null: never. */
  readonly restoredAt: number | null
  readonly limits: RecorderLimits
  /** Shared by all lanes: who works now, and how much each may hold. */
  readonly turns: Turns
  readonly room: ClaimRoom
  /** How many lanes there are. */
  readonly lanes: () => number
  readonly seam: Seam
}
