import type { CrmErrorKind } from '../civicrm/crm.ts'
import type { BounceTypeName } from '../civimail/bounceTypes.ts'
import type { EffectKind, Standing } from '../civimail/decision.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { EffectState } from '../ledger/ledger.ts'
import type { MailEventKind } from '../ses/mailEvent.ts'

/**
 * What happens while notifications are recorded. Logs, metrics and tests listen. Ids only: no address, no
 * content of a mail. `site` is '' for what no site claims.
 */
export interface RecorderEvents {
  readonly batchStarted: BatchStarted
  readonly batchFinished: BatchFinished
  /** A mail event was decided and stored for the first time. */
  readonly eventDecided: EventDecided
  /** An effect came to its end. */
  readonly effectSettled: EffectSettled
  /** One request to a CRM, answered or not. */
  readonly crmCall: CrmCall
  /** A site is not called for a while; again after each probe that failed. */
  readonly breakerOpened: BreakerOpened
  readonly breakerClosed: BreakerClosed
  /** A notification needs a person. */
  readonly deadLetter: DeadLetter
  /** Whether a bounce stands in CiviCRM cannot be known. */
  readonly uncertain: Uncertain
  /** A decision asks for a person's attention. */
  readonly alarm: Alarm
  /** Bounces of one receiving domain look like a fault of the provider, and wait for a person. */
  readonly setAside: SetAside
  /** The clock was set back; what waited for a later moment of it comes at once. */
  readonly clockSetBack: ClockSetBack
  /** What should not happen: a fault in this program or its database. */
  readonly fault: Fault
}

export interface BatchStarted {
  readonly site: string
  readonly notifications: number
}

export interface BatchFinished {
  readonly site: string
  readonly notifications: number
  readonly recorded: number
  readonly deferred: number
  readonly dead: number
  readonly elapsedMs: number
}

export interface ClockSetBack {
  readonly site: string
  readonly byMs: number
}

export interface EventDecided {
  readonly site: string
  readonly eventId: number
  readonly kind: MailEventKind
  readonly rule: string
  readonly standing: Standing
}

export interface EffectSettled {
  readonly site: string
  readonly eventId: number
  readonly effectId: number
  readonly effect: EffectKind
  readonly bounceType: BounceTypeName | null
  readonly state: Exclude<EffectState, 'planned' | 'calling'>
}

/** Names of the requests, as labels. */
export type CrmCallName =
  | 'capabilities'
  | 'findAddresses'
  | 'findQueueRows'
  | 'findRecorded'
  | 'recordBounces'
  | 'hold'
  | 'optOut'

export interface CrmCall {
  readonly site: string
  readonly call: CrmCallName
  /** Items asked for or sent. */
  readonly items: number
  readonly outcome: 'ok' | CrmErrorKind
  readonly elapsedMs: number
}

export interface BreakerOpened {
  readonly site: string
  /** When the site is tried again, epoch ms. */
  readonly until: number
  readonly code: ErrorCode
  readonly reason: string
  /** True where waiting does not help: a credential, a permission, an address must be repaired. */
  readonly needsRepair: boolean
}

export interface BreakerClosed {
  readonly site: string
}

export interface DeadLetter {
  readonly site: string
  readonly notificationId: number
  readonly code: string
  readonly reason: string
}

export interface Uncertain {
  readonly site: string
  readonly eventId: number
  readonly effectId: number
}

export interface Alarm {
  readonly site: string
  readonly eventId: number
  readonly about: string
}

export interface SetAside {
  readonly site: string
  readonly domain: string
  readonly bounces: number
  readonly explanation: string
}

export interface Fault {
  readonly where: string
  readonly site: string
  readonly error: unknown
}
