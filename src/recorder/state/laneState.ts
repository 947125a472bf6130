import { defaultRecorderLimits } from '../limits.ts'
import type { RecorderParts } from '../parts.ts'
import { type Pace, startPace } from '../site/pace.ts'
import type { SiteSession } from '../site/siteSession.ts'
import { OpenCalls } from './openCalls.ts'
import { RecipientOrder } from './order.ts'
import { Suspects } from './suspects.ts'

/** What a lane remembers from batch to batch, apart from its breaker. Lost with the process, and none of it is a promise. */
export class LaneState {
  readonly order = new RecipientOrder()
  readonly suspects = new Suspects()
  readonly openCalls = new OpenCalls()
  /** Bounces in one request. */
  writes: Pace = startPace(defaultRecorderLimits.mostInBatch)
  /** Mail events whose facts are asked for in one request. */
  reads: Pace = startPace(defaultRecorderLimits.mostInBatch)
}

/** All that the steps of a batch work with. */
export interface BatchContext {
  readonly parts: RecorderParts
  /** Lane: '' for what no site claims. */
  readonly siteId: string
  /** null in the lane of what no site claims: nothing is asked of a CRM there. */
  readonly session: SiteSession | null
  readonly state: LaneState
  /** Whether this gateway still holds the claim of a notification. */
  readonly holds: (notificationId: number) => boolean
  /**
   * True from the wish to stop on, once the site's mode is another, and once what was read is too old: no further call is
   * begun.
   */
  readonly stopping: () => boolean
  readonly nextCallId: () => string
  /** Called while a request that writes is on its way: there is time for the next batch. */
  readonly meanwhile: () => void
  /** Runs a write until it succeeds or the gateway gives up: for what must not be forgotten. */
  readonly persist: <T>(write: () => Promise<T>) => Promise<T>
}
