import type { Correlation } from '../../civimail/correlate.ts'
import type { CrmFacts } from '../../civimail/crmFacts.ts'
import type { Decision } from '../../civimail/decision.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'
import type { ClaimedNotification } from '../../inbox/inbox.ts'
import { keyParts } from '../../ledger/key.ts'
import type { EventKey, LedgerEffect, LedgerEntry } from '../../ledger/ledger.ts'
import type { ReceiverCount } from '../../receivers/receiverCounts.ts'
import type { MailEvent } from '../../ses/mailEvent.ts'

/**
 * Why a mail event is not finished in this batch:
 * - `waits`: for a moment of its own (its call may still be running, an earlier one of the recipient waits)
 * - `site`: the site is at fault; everything of it waits. Those that failed alone before it was blamed step
 *   `aside` for a while, so that the next attempt is made with others: were it they after all, three bad ones
 *   at the head of the line would stop it for ever.
 * - `failed`: it was surely not done, and comes again after a pause
 * - `dead`: it will never be otherwise by itself
 * - `stopped`: the gateway stops
 */
export type Trouble =
  | { readonly kind: 'waits'; readonly until: number; readonly code: ErrorCode; readonly reason: string }
  | { readonly kind: 'site'; readonly code: ErrorCode; readonly reason: string; readonly aside: boolean }
  | { readonly kind: 'failed' | 'dead' | 'stopped'; readonly code: ErrorCode; readonly reason: string }

/** One notification's report of a mail event. */
export interface Sighting {
  readonly notification: ClaimedNotification
  readonly event: MailEvent
}

/**
 * One mail event of a batch on its way through the steps. However many of the batch's notifications report
 * it, it is decided and carried out once; the first to report it speaks for it.
 */
export class EventWork {
  readonly key: EventKey
  readonly id: string
  readonly event: MailEvent
  readonly correlation: Correlation
  readonly sightings: Sighting[]
  /** What the ledger has of it; null = nothing yet. */
  entry: LedgerEntry | null = null
  /** Made in this batch; null where the stored one stands. */
  decision: Decision | null = null
  /** What was read of the CRM for it in this batch; null where nothing needed to be. */
  facts: CrmFacts | null = null
  /** What it says of its receiving domain, if it is new to the ledger: counted when it is stored. */
  receiver: ReceiverCount | null = null
  /** It failed in a call of its own or with an answer of its own; whose fault that is, is judged after the batch. */
  failedAlone = false
  #trouble: Trouble | null = null

  constructor(key: EventKey, sighting: Sighting, correlation: Correlation) {
    this.key = key
    this.id = keyText(key)
    this.event = sighting.event
    this.correlation = correlation
    this.sightings = [sighting]
  }

  get trouble(): Trouble | null {
    return this.#trouble
  }

  /** Those about which something may be done: of a nameless entry none, whatever state they are in. */
  get effects(): readonly LedgerEffect[] {
    return this.entry === null || this.entry.nameless ? [] : this.entry.effects
  }

  /** Of several troubles (an event may have several effects) the one that asks for most stays. */
  meet(trouble: Trouble): void {
    if (this.#trouble === null || weight(trouble) > weight(this.#trouble)) this.#trouble = trouble
  }
}

/** A call that may still be running outweighs all: until it is resolved nothing else may be done about the event. */
const weights = { waits: 4, failed: 3, site: 2, stopped: 1, dead: 0 } as const satisfies Record<Trouble['kind'], number>

function weight({ kind }: Trouble): number {
  return weights[kind]
}

export function keyText(key: EventKey): string {
  return JSON.stringify(keyParts(key))
}
