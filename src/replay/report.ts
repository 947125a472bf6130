import type { Unasked } from './crmNow.ts'
import type { Foreseen, Foresight } from './foresee.ts'

export interface ReplayReport {
  readonly dryRun: boolean
  /** It ended before it was through: whoever asked has gone, or the gateway stops. */
  readonly brokenOff: boolean
  /** Notifications that were chosen; the first ten thousand. */
  readonly ids: readonly number[]
  readonly chosen: number
  readonly replayed: number
  /** Named, but there is none, or its message is no longer kept. */
  readonly missing: readonly number[]
  /** Mail events of those that were looked into; none where that was not asked for. */
  readonly events: Readonly<Record<Foresight, number>>
  /** Of these, decided as if the address were known and the mailing there. */
  readonly assumed: number
  /** Sites whose CRM could not be asked: their mail events are decided by what was known then, or as if. */
  readonly unasked: readonly Unasked[]
  /** Notifications left out: they would opt somebody out whose opt-out an undo has taken back since. */
  readonly leftOut: number
  /** Notifications that cannot be read, and those whose message is no longer kept. */
  readonly unreadable: number
  readonly gone: number
  readonly details: readonly ReplayDetail[]
}

export interface ReplayDetail extends Foreseen {
  readonly notificationId: number
  readonly site: string
  readonly recipient: string
  readonly kind: string
}
