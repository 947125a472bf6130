import type { QueueArn } from '../../settings/queueArn.ts'

/** What the consumer needs of a queue in SQS. Every call rejects as AWS's SDK does. */
export interface Queue {
  readonly facts: (signal: AbortSignal) => Promise<QueueFacts>
  /** At most {@link largestBatch} messages; none where none came within the time. */
  readonly receive: (request: ReceiveRequest) => Promise<readonly QueueMessage[]>
  /** For good, at most {@link largestBatch}. @returns those that are still there, though trying again may help */
  readonly delete: (receipts: readonly string[]) => Promise<readonly string[]>
  /** Nobody is given these before their seconds have passed, counted from now. At most {@link largestBatch}. */
  readonly hide: (messages: readonly Hidden[]) => Promise<void>
  readonly close: () => void
}

/** Opens a queue. Rejects as AWS's SDK does where it is not there or may not be used. */
export type OpenQueue = (arn: QueueArn, signal: AbortSignal) => Promise<Queue>

export interface ReceiveRequest {
  /** @default {@link largestBatch} */
  readonly most?: number
  /** How long SQS waits for a message to come. */
  readonly waitSeconds: number
  /** How long nobody else is given what is received. */
  readonly hiddenSeconds: number
  readonly signal: AbortSignal
}

export interface Hidden {
  readonly receipt: string
  /** 0: at once; at most twelve hours from its receipt. */
  readonly seconds: number
}

export interface QueueMessage {
  /** SQS's own, not that of SNS; the same at each receipt. */
  readonly id: string
  /** Names this receipt, for deleting and hiding. */
  readonly receipt: string
  readonly body: string
  /** How often it was received, this time included. */
  readonly receipts: number
  /** When it came into the queue, epoch ms; null where SQS does not say. */
  readonly sentAt: number | null
}

export interface QueueFacts {
  /** About how many messages are to be had. */
  readonly waiting: number
  /** ARN of the queue that takes what was received too often; null: there is none. */
  readonly deadLetterQueue: string | null
}

/** AWS's bound for every call on several messages. */
export const largestBatch = 10
