import type { Decision, Effect, EffectKind } from '../civimail/decision.ts'
import type { CountedBounce } from '../civimail/counting.ts'
import type { CrmFacts } from '../civimail/crmFacts.ts'
import type { FoundReference } from '../civimail/reference.ts'
import type { Fence } from '../leases/leases.ts'
import type { ReceiverCount } from '../receivers/receiverCounts.ts'
import type { MailEvent } from '../ses/mailEvent.ts'

/**
 * **Ledger**: every mail event once, with its decision, and every effect once.
 *
 * The key is the mail event, not the delivery: (site, SES message id, recipient in lower case, kind,
 * class). SNS repeats, both dialects, SQS beside HTTPS and crashes all meet the same row; also when it has become
 * nameless since, since both the recipient and the key are then there as the pseudonyms that these have.
 *
 * States of an effect:
 * ```
 *   planned ──begin──> calling ──settle──> done | refused | watched
 *      ^                  │
 *      └── not done ──────┤  answer unknown: wait until `conclusiveAt`, then look (read-back)
 *                         └── cannot look ──> uncertain
 *
 *   watched ──reopen──> planned      only by a person's replay
 * ```
 * `begin` is committed before the call leaves, so that after any crash the ledger knows which calls
 * may have been carried out. A `planned` effect has surely not been.
 */
export interface Ledger {
  /**
   * Stores events with decisions and planned effects in one durable commit; for a key that is already
   * there the stored entry is returned (`fresh` false) and the notification noted as a further sighting.
   * A stored entry whose effects are all `planned`, so surely not carried out, takes the new decision: the facts
   * may have changed since. Of several reports of one event in a call the first decides. A nameless entry stays as
   * it is.
   */
  plan(events: readonly PlannedEvent[]): Promise<readonly LedgerEntry[]>

  /** Entries by key, without writing. */
  find(keys: readonly EventKey[]): Promise<readonly (LedgerEntry | null)[]>

  /**
   * Marks effects as being called, durable on return; only those still planned, and none where the fence no longer
   * holds: no instance that lost the lane begins a call. Returns the effect ids begun.
   */
  begin(effectIds: readonly number[], call: CallIntent): Promise<readonly number[]>

  /**
   * Writes outcomes; void for an effect that meanwhile belongs to another call, or whose call was looked up. Not
   * fenced: what a call did is true, whoever holds the lane by now. Returns ids written.
   */
  settle(outcomes: readonly EffectOutcome[]): Promise<readonly number[]>

  /**
   * Replaces the effects of an event that are surely not done (planned, refused) by those of a new decision (queue
   * row gone, found out by the call). What is being called stays until it is settled; done, watched and uncertain
   * ones stay, and a decision that names them again does not repeat them.
   * @throws GatewayError NOTHING_FOUND
   */
  redecide(eventId: number, decision: Decision, at: number): Promise<LedgerEntry>

  /**
   * What was only watched of the events that these notifications reported is to be carried out after all,
   * when they come through again. @returns how many effects
   */
  reopen(notificationIds: readonly number[]): Promise<number>

  /** Which of these notifications reported events of the site of which anything was begun: a call that is or may be done. */
  begunReports(notificationIds: readonly number[], site: string): Promise<ReadonlySet<number>>

  /**
   * Of these notifications, for whom each reported an event of the site that is not done with: an effect that is
   * planned or being called. Reads no event, so one that is damaged is no hindrance.
   */
  unfinished(notificationIds: readonly number[], site: string): Promise<readonly UnfinishedReport[]>

  /**
   * What the gateway itself counted for an address ('hold' effects of the site, whatever their state
   * but refused), newest first: type and time of the mail event.
   */
  addressBounces(site: string, addresses: readonly string[]): Promise<ReadonlyMap<string, readonly CountedBounce[]>>

  /** For lists and histories. */
  search(filter: EventFilter): Promise<readonly RecordedEvent[]>

  /** Effects by state and kind, for metrics and health. */
  counts(): Promise<readonly EffectCount[]>
}

export interface UnfinishedReport {
  readonly notificationId: number
  /** As in the event's key. */
  readonly recipient: string
}

export interface CallIntent {
  readonly callId: string
  readonly at: number
  readonly conclusiveAt: number
  /** Of the lane, where several instances share the ledger. */
  readonly fence?: Fence | undefined
}

export interface EffectCount {
  readonly site: string
  readonly effect: EffectKind
  readonly state: EffectState
  readonly count: number
}

export interface EventKey {
  readonly site: string
  readonly sesMessageId: string
  /** Lower case. */
  readonly recipient: string
  readonly kind: string
  readonly class: string
}

export interface PlannedEvent {
  readonly key: EventKey
  readonly notificationId: number
  readonly event: MailEvent
  readonly reference: FoundReference | null
  readonly decision: Decision
  readonly at: number
  /**
   * What was read for the decision, where anything was. Stored as long as none of the event's effects was begun:
   * so it is the state before them, to which an undo goes back, and by which other rules can be tried.
   */
  readonly facts?: CrmFacts | undefined
  /** What it says of its receiving domain: counted in the same commit, if the event is new. */
  readonly receiver?: ReceiverCount | undefined
}

export type EffectState = 'planned' | 'calling' | 'done' | 'refused' | 'watched' | 'uncertain'

export interface LedgerEffect {
  readonly id: number
  readonly effect: Effect
  /** Short text put early into the bounce reason, by which a read-back finds the row. Derived from key and effect. */
  readonly marker: string
  readonly state: EffectState
  readonly callId: string | null
  readonly calledAt: number | null
  /** From this moment (epoch ms) the call can no longer be running, and a look is conclusive. */
  readonly conclusiveAt: number | null
  /** When `answer` was written; also of a planned one that was surely not done. */
  readonly settledAt: number | null
  /** What the CRM said, or why it is uncertain. */
  readonly answer: string | null
}

export interface LedgerEntry {
  readonly eventId: number
  readonly key: EventKey
  /** True if this call created it. */
  readonly fresh: boolean
  /**
   * What it said of the person is no longer kept (see privacy/nameless.ts): it is history, and nothing is ever done
   * about it again, however often it is reported.
   */
  readonly nameless: boolean
  readonly decision: Decision
  readonly effects: readonly LedgerEffect[]
}

export type EffectOutcome =
  | {
      readonly effectId: number
      readonly callId: string
      readonly state: 'done' | 'refused' | 'uncertain'
      readonly at: number
      readonly answer: string
    }
  /** Surely not done: may be begun again. */
  | {
      readonly effectId: number
      readonly callId: string
      readonly state: 'planned'
      readonly at: number
      readonly answer: string
    }
  /** Watch mode: decided and shown, never called; no call id. */
  | {
      readonly effectId: number
      readonly callId: null
      readonly state: 'watched' | 'done'
      readonly at: number
      readonly answer: string
    }

export interface EventFilter {
  readonly site?: string | undefined
  /** Exact address, any letter case; nameless events of it are found too. */
  readonly recipient?: string | undefined
  readonly kind?: string | undefined
  readonly standing?: string | undefined
  readonly effectState?: EffectState | undefined
  readonly since?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export interface RecordedEvent extends LedgerEntry {
  readonly event: MailEvent
  readonly reference: FoundReference | null
  readonly firstSeenAt: number
  readonly notificationIds: readonly number[]
}
