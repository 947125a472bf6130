import type { QueueSettings } from '../../settings/queue.ts'

/** How things stand with one queue, in this process. Counts begin with its start. */
export interface QueueStanding extends QueueSettings {
  /**
   * - `starting`: SQS has not answered yet.
   * - `reading`: the last call went well.
   * - `closed`: the gateway takes nothing on at the moment.
   * - `failing`: it cannot be read; it is tried again.
   */
  readonly state: 'starting' | 'reading' | 'closed' | 'failing'
  /** Since when, epoch ms. */
  readonly since: number
  /** Why it fails; null while it does not. */
  readonly error: string | null
  readonly received: number
  readonly deleted: number
  readonly refused: number
  readonly left: number
  /** How long the oldest message of the last receipt had been in the queue, ms; 0: none came. */
  readonly ageMs: number
  /** About how many messages are waiting, when it was last asked; null: unknown. */
  readonly waiting: number | null
  /** ARN of its dead-letter queue; null: none, or it may not be asked. */
  readonly deadLetterQueue: string | null
}

export function firstStanding(queue: QueueSettings, now: number): QueueStanding {
  return {
    ...queue,
    state: 'starting',
    since: now,
    error: null,
    received: 0,
    deleted: 0,
    refused: 0,
    left: 0,
    ageMs: 0,
    waiting: null,
    deadLetterQueue: null,
  }
}
