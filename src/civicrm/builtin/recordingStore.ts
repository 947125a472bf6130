import type { BounceTypeName, BounceTypes } from '../../civimail/bounceTypes.ts'
import type { AddressRow, QueueRow } from '../../civimail/crmFacts.ts'
import type { BounceOutcome } from '../crm.ts'

/** The built-in contact store as `builtinCrm.ts` needs it; each engine implements it once. */
export interface RecordingStore {
  /** Live rows of these canonical addresses, by id. */
  addressRows(addresses: readonly string[]): Promise<readonly AddressRow[]>
  queueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]>
  /** Each for itself, in order, in one durable commit; holds by {@link reachesThreshold}. */
  record(bounces: readonly BounceEntry[], bounceTypes: BounceTypes, at: number): Promise<readonly BounceOutcome[]>
  reasons(queueIds: readonly number[]): Promise<readonly { readonly queueId: number; readonly reason: string }[]>
  /** Live contacts that were not opted out before, now are. */
  optOut(contactIds: readonly number[]): Promise<readonly number[]>
  /** Rows that were not on hold before, now are; their reset date is forgotten. */
  hold(emailIds: readonly number[], at: number): Promise<readonly number[]>
}

export interface BounceEntry {
  readonly queueId: number
  readonly hash: string
  readonly bounceType: BounceTypeName
  readonly reason: string
}
