import type { RecorderParts } from '../parts.ts'
import type { LaneState } from '../state/laneState.ts'
import type { LaneBreaker } from './laneBreaker.ts'
import type { LaneClaims } from './laneClaims.ts'

/** What the pieces of one lane share. */
export interface LaneBase {
  readonly parts: RecorderParts
  readonly siteId: string
  readonly state: LaneState
  readonly breaker: LaneBreaker
  readonly claims: LaneClaims
  /** Ends the calls under way: the deadline of a stop has come. */
  readonly giveUp: AbortSignal
  /** From the wish to stop on. */
  readonly stopping: () => boolean
  readonly onFault: (where: string, error: unknown) => void
}
