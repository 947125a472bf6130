import type { Fence } from '../leases/leases.ts'

/**
 * **Inbox**: notifications accepted and not yet fully recorded, durable before they are acknowledged.
 *
 * States of a notification and what moves it on:
 * ```
 *            accept                 claim                     finish
 *  (nothing) ──────> waiting ─────────────────> claimed ─────────────────> recorded
 *                      ^  ^     lease until T      │ │
 *                      │  └── defer (next attempt) ┘ └── bury ──> dead ── revive ──> waiting
 *                      └───── lease ran out (T <= now): may be claimed by anyone
 *
 *  waiting for a later attempt ── hasten ──> waiting, due at once
 *  waiting, recorded ── reassign ──> waiting in another lane
 *  waiting ── drop ──> recorded, with the code that says so ── revive ──> waiting
 * ```
 * `claimed` is `waiting` with a lease: a crash needs no repair, the lease runs out by itself (or is
 * taken back by whoever is given the lane). Every write after a claim carries the claim's owner and is
 * void if the lease has gone to another.
 *
 * Where several instances share the inbox, a lane is worked on by the one that holds the lane's lease, and
 * what only it may do carries the lease's fence: void once the lease is another's. An embedded store has one
 * process and needs none.
 */
export interface Inbox {
  /**
   * Stores a notification; resolves only after the durable commit.
   * Unique by (`addressed`, `messageId`): one topic may be subscribed for two sites.
   * @throws GatewayError STORAGE_UNAVAILABLE: nothing was stored, answer 503
   */
  accept(notification: NewNotification): Promise<'stored' | 'duplicate'>

  /** Oldest claimable notifications of one lane, at most `limit`; attempts are counted at the claim. */
  claim(request: ClaimRequest): Promise<readonly ClaimedNotification[]>

  /** Extends the lease of claims still held; returns the ids that are still ours. */
  renew(owner: string, ids: readonly number[], leaseUntil: number): Promise<readonly number[]>

  /** Writes the ends of claims in one commit; ids whose lease is no longer ours are returned and left alone. */
  settle(owner: string, ends: readonly NotificationEnd[]): Promise<readonly number[]>

  /**
   * Takes back at once all claims of a lane, whoever has them: for the one that has just been given the lane,
   * so that the claims of the dead or suspended one before it keep nothing back. Void where the fence no longer
   * holds. @returns how many
   */
  releaseLane(site: string, fence?: Fence): Promise<number>

  /** Sites that have something waiting, with count and age of the oldest, for lanes, metrics and health. */
  backlog(): Promise<readonly LaneBacklog[]>

  /**
   * Earliest moment (epoch ms) at which something that was put off, or that somebody has claimed, becomes claimable;
   * null: there is no such. What may be claimed at once is not looked at: of that a claim tells, and `onWork`.
   */
  nextDue(site: string): Promise<number | null>

  /** What a lane has put off beyond a moment (epoch ms) and nobody has claimed, the first due first, at most `limit`. */
  putOff(site: string, after: number, limit: number): Promise<readonly PutOff[]>

  /** One stored notification with its raw body; null also where that is no longer kept. */
  read(id: number): Promise<StoredNotification | null>

  deadLetters(filter: DeadLetterFilter): Promise<readonly StoredNotification[]>

  /** How many dead letters there are. */
  deadCount(): Promise<number>

  /**
   * Puts dead or recorded notifications back to waiting, attempts at zero, as far as their messages are still kept;
   * returns how many.
   */
  revive(ids: readonly number[], now: number): Promise<number>

  /**
   * Ids of what waits in a lane and nobody has claimed, in order, after an id; some, and none at the end. For a
   * person's decision about a lane: that of a site that is gone is worked on by nobody.
   */
  waitingIds(site: string, at: { readonly after: number; readonly now: number }): Promise<readonly number[]>

  /** Ids of what was recorded for no site, after an id; `next` null at the end. A piece may be empty before it. */
  ofNoSite(after: number): Promise<{ readonly ids: readonly number[]; readonly next: number | null }>

  /** Puts them, those claimed aside, from one lane into another, waiting as if they had just come. Returns how many. */
  reassign(
    ids: readonly number[],
    lanes: { readonly from: string; readonly to: string; readonly now: number },
  ): Promise<number>

  /** Ends what waits in a lane, claims aside, without recording it, by a person's word. Returns how many. */
  drop(
    ids: readonly number[],
    end: { readonly site: string; readonly now: number; readonly code: string; readonly reason: string },
  ): Promise<number>

  /**
   * Ids of what was dropped and its message is still kept, after an id; `next` null at the end. A piece may be empty
   * before it.
   */
  dropped(
    after: number,
    filter: DroppedFilter,
  ): Promise<{ readonly ids: readonly number[]; readonly next: number | null }>

  /**
   * Makes due at once what waits in a lane for a later attempt (its site was repaired); claims stay.
   * @param after only what is due after this moment @default now
   * @returns how many
   */
  hasten(site: string, now: number, after?: number): Promise<number>

  /**
   * Calls back after new work was committed (any lane), here or in another instance; for the recorder's wake-up.
   * Now and then it may name a lane that has nothing new. Returns the unsubscribe function.
   */
  onWork(listener: (site: string) => void): () => void
}

export interface NewNotification {
  /** Site named by the path, or '' for the shared addresses. Part of the identity. */
  readonly addressed: string
  /** Lane: the site that is to record it; '' while none is known. */
  readonly site: string
  /** SNS MessageId. */
  readonly messageId: string
  readonly topicArn: string
  readonly channel: 'https' | 'sqs'
  readonly receivedAt: number
  /** SNS Timestamp, epoch ms; null where unreadable. */
  readonly publishedAt: number | null
  /** The body as it came, untouched. */
  readonly raw: Uint8Array
  /** The verdict is stored with the message: a later replay meets an expired certificate. */
  readonly verdict: StoredVerdict
}

export interface StoredVerdict {
  readonly signatureVersion: '1' | '2'
  readonly certificateUrl: string
  readonly verifiedAt: number
}

export interface ClaimRequest {
  readonly owner: string
  readonly site: string
  readonly limit: number
  readonly now: number
  readonly leaseUntil: number
  /** Claims nothing where it no longer holds. */
  readonly fence?: Fence | undefined
}

export interface ClaimedNotification {
  readonly id: number
  readonly site: string
  readonly addressed: string
  readonly messageId: string
  readonly topicArn: string
  readonly receivedAt: number
  readonly publishedAt: number | null
  readonly raw: Uint8Array
  /** 1 at the first claim. */
  readonly attempts: number
}

export type NotificationEnd =
  | { readonly id: number; readonly end: 'recorded'; readonly at: number }
  | { readonly id: number; readonly end: 'dead'; readonly at: number; readonly code: string; readonly reason: string }
  | {
      readonly id: number
      readonly end: 'deferred'
      readonly nextAttemptAt: number
      readonly code: string
      readonly reason: string
      /** False gives the attempt back: the fault was not this notification's (site down, breaker open, stopping). */
      readonly countAttempt: boolean
    }

export type NotificationState = 'waiting' | 'recorded' | 'dead'

export interface StoredNotification extends ClaimedNotification {
  readonly channel: 'https' | 'sqs'
  readonly state: NotificationState
  readonly nextAttemptAt: number
  readonly leaseUntil: number | null
  /** When it was recorded or died; null while it waits. */
  readonly settledAt: number | null
  readonly code: string | null
  readonly reason: string | null
  readonly verdict: StoredVerdict
}

export interface PutOff {
  readonly id: number
  /** When it may be claimed again, epoch ms. */
  readonly until: number
}

export interface LaneBacklog {
  readonly site: string
  readonly waiting: number
  readonly oldestReceivedAt: number
}

export interface DroppedFilter {
  readonly site?: string | undefined
  /** Dropped at that moment or later. */
  readonly since?: number | undefined
  /** Dropped before that moment. */
  readonly before?: number | undefined
}

export interface DeadLetterFilter {
  readonly site?: string | undefined
  readonly code?: string | undefined
  /** Died at that moment or later. */
  readonly since?: number | undefined
  /** Died before that moment. */
  readonly before?: number | undefined
  /** Behind this one in the list: to read it in pieces. */
  readonly after?: Pick<StoredNotification, 'id' | 'settledAt'> | undefined
  readonly limit: number
}
