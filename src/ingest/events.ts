import type { ErrorCode } from '../errors/catalogue.ts'

export type Channel = 'https' | 'sqs'

/**
 * What happens while notifications come in. Logs, metrics and tests listen; nothing here holds content
 * of a message, a token or a mail address. Of refused messages nothing has been proven: their topic and
 * address are what a stranger wrote.
 */
export interface IngestEvents {
  /** Durable, or already there. */
  readonly accepted: Accepted
  readonly refused: Refused
  /** A SubscriptionConfirmation was kept: to be confirmed (`due`), or until its topic is allowed (`pending`). */
  readonly confirmationKept: ConfirmationKept
  /** An attempt to confirm a subscription ended. */
  readonly confirmationTried: ConfirmationTried
  /** Someone ended a subscription of ours: from now on feedback is missing. */
  readonly unsubscribed: Unsubscribed
  /** A queue could be read: for the first time, or again after trouble. */
  readonly queueReadable: QueueReadable
  /** A call to SQS failed; it is tried again, later with each time. */
  readonly queueTrouble: QueueTrouble
  /** What was received of a queue together has been worked off. */
  readonly queueWorked: QueueWorked
  /** A message that can never be accepted, of a queue without a dead-letter queue, was to be kept. */
  readonly queueRefused: QueueRefused
  /** A message that came over HTTPS was read and answered. */
  readonly answered: Answered
  /** What should not happen: a fault in this program. */
  readonly fault: Fault
}

export interface Accepted {
  readonly channel: Channel
  readonly outcome: 'stored' | 'duplicate'
  /** Lane; '' where the site is found out later. */
  readonly site: string
}

export interface Refused {
  readonly at: number
  readonly channel: Channel
  readonly code: ErrorCode
  readonly reason: string
  /** As the body or a header says, unproven; '' where nothing in it has the form of a topic's ARN. */
  readonly topicArn: string
  /** The site that the address names; '' for the shared addresses. */
  readonly addressed: string
}

export interface ConfirmationKept {
  readonly state: 'due' | 'pending'
  readonly topicArn: string
  readonly addressed: string
  readonly fresh: boolean
}

export interface ConfirmationTried {
  readonly outcome: 'confirmed' | 'retrying' | 'failed'
  readonly topicArn: string
  readonly site: string
  /** Why not, or what the administrator should know of a confirmed one; '' where there is nothing. */
  readonly detail: string
}

export interface Unsubscribed {
  readonly topicArn: string
  readonly site: string
}

export interface QueueReadable {
  /** ARN, as of all these. */
  readonly queue: string
}

export interface QueueTrouble {
  readonly queue: string
  /** For a person. */
  readonly reason: string
}

export interface QueueWorked {
  readonly queue: string
  readonly received: number
  readonly deleted: number
  readonly refused: number
  /** For a later attempt. */
  readonly left: number
}

export interface QueueRefused {
  readonly queue: string
  readonly code: ErrorCode
  /** `full`: it stays in the queue, for there are as many as are kept. */
  readonly outcome: 'kept' | 'full'
}

export interface Answered {
  readonly status: number
  /** From the request's first line to the answer, milliseconds. */
  readonly elapsedMs: number
}

export interface Fault {
  readonly where: string
  readonly error: unknown
}
