import type { BounceTypeName, BounceTypes } from '../../civimail/bounceTypes.ts'
import type { QueueRow } from '../../civimail/crmFacts.ts'
import type { AddressState, BounceOutcome, HeldRow, ReleasedRow } from '../crm.ts'

/** The built-in contact store as `builtinCrm.ts` needs it; each engine implements it once. */
export interface RecordingStore {
  /** Live rows of these canonical addresses, by id. */
  addressRows(addresses: readonly string[]): Promise<readonly AddressState[]>
  queueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]>
  /** Each for itself, in order, in one durable commit; holds by {@link reachesThreshold}. */
  record(bounces: readonly BounceEntry[], bounceTypes: BounceTypes, at: number): Promise<readonly BounceOutcome[]>
  /** Of all bounces of these rows. Waits for a record under way whose answer was lost, so what is absent stays absent. */
  reasons(queueIds: readonly number[]): Promise<readonly { readonly queueId: number; readonly reason: string }[]>
  /** Live contacts that were not opted out before, now are. */
  optOut(contactIds: readonly number[]): Promise<readonly number[]>
  /** Rows that were not on hold before, now are; their reset date is forgotten. */
  hold(emailIds: readonly number[], at: number): Promise<readonly number[]>
  /** Rows on hold by bounce since the moment that was seen become what is asked, with a fresh reset date. */
  releaseHeld(rows: readonly HeldRow[], at: number): Promise<readonly number[]>
  /** Live contacts that were opted out, now are not. */
  optIn(contactIds: readonly number[]): Promise<readonly number[]>
  /** Live rows that are not on hold, with a reset date from `since` on; by reset date. */
  releases(since: number, limit: number): Promise<readonly ReleasedRow[]>
}

export interface BounceEntry {
  readonly queueId: number
  readonly hash: string
  readonly bounceType: BounceTypeName
  readonly reason: string
}
