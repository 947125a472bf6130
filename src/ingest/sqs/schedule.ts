import type { Random } from '../../clock.ts'

const second = 1000
const minute = 60 * second

/** How the consumer of a queue spends its time. The defaults suit SQS; tests have less patience. */
export interface ConsumerLimits {
  /** SQS's longest: an idle queue costs three requests a minute. @default 20 */
  readonly pollSeconds: number
  /** For which a message is nobody else's once it was received. Renewed when half of it is over. @default 120 */
  readonly hiddenSeconds: number
  /** Of ten messages each, received and not yet deleted. Beyond them nothing more is received. @default 4 */
  readonly batchesInWork: number
  /** Between two looks at the queue's attributes. @default 5 minutes */
  readonly factsMs: number
  /** Between two looks whether the gateway takes on again what it did not (disk nearly full). @default 5 s */
  readonly closedMs: number
}

export const defaultConsumerLimits: ConsumerLimits = {
  pollSeconds: 20,
  hiddenSeconds: 120,
  batchesInWork: 4,
  factsMs: 5 * minute,
  closedMs: 5 * second,
}

/**
 * The pause after so many failures in a row: a ceiling that doubles from 1 s to 2 minutes, and between half and all
 * of it, so that the instances on a queue do not come back together.
 *
 * @returns milliseconds
 */
export function pauseAfter(failures: number, random: Random): number {
  const full = Math.min(2 * minute, second * 2 ** Math.min(Math.max(failures, 1) - 1, 16))
  return Math.round(full * (0.5 + random() / 2))
}

/**
 * For how long a message is hidden that may be accepted later (the database is down, the certificate not to be
 * had): doubling from 10 s with each receipt to 15 minutes, with the same jitter.
 *
 * @returns seconds
 */
export function hiddenAfter(receipts: number, random: Random): number {
  const full = Math.min(15 * 60, 10 * 2 ** Math.min(Math.max(receipts, 1) - 1, 16))
  return Math.ceil(full * (0.5 + random() / 2))
}

/** For how long one is hidden that can never be accepted, until SQS has counted enough receipts to move it away. */
export const refusedHiddenSeconds = 30

/** For how long one is hidden that can neither be accepted nor kept as refused: an hour, for a person to see to it. */
export const unkeptHiddenSeconds = 60 * 60
