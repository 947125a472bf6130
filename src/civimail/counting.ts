import type { BounceTypeName } from './bounceTypes.ts'

/** One bounce that the gateway counted for an address, since no queue row could count it. */
export interface CountedBounce {
  readonly bounceType: BounceTypeName
  /** When it happened, epoch ms. */
  readonly at: number
}
