import type { ErrorCode } from '../errors/catalogue.ts'

/**
 * **Refused message**: one that a queue brought and that can never be accepted (no SNS envelope, a bad
 * signature, a topic that is not allowed), kept so that it can be deleted there without vanishing. Only where the
 * queue has no dead-letter queue of its own to take it.
 *
 * Nothing in it is proven, and nothing of it is acted on: the one way from here into the inbox is the acceptance
 * that refused it, asked again by a person.
 *
 * `conformance.ts` runs over every implementation.
 */
export interface RefusedMessages {
  /**
   * Durable on return. Once by (`queue`, `messageId`).
   * @returns `full`: as many are kept as may be ({@link mostRefused}, {@link mostRefusedBytes}), and this one is not
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  keep(message: NewRefusedMessage): Promise<'kept' | 'full'>

  /** Newest first. */
  list(filter: RefusedFilter): Promise<readonly RefusedMessage[]>

  count(): Promise<number>

  /** Those that are not there are passed over; returns how many were. */
  remove(ids: readonly number[]): Promise<number>
}

export interface NewRefusedMessage {
  /** ARN. */
  readonly queue: string
  /** SQS's own id of the message. */
  readonly messageId: string
  /** The site that the queue is for; '' where the topic decides. */
  readonly addressed: string
  readonly refusedAt: number
  readonly code: ErrorCode
  /** Without any content of the message. */
  readonly reason: string
  readonly body: Uint8Array
}

export interface RefusedMessage extends Omit<NewRefusedMessage, 'messageId' | 'code'> {
  readonly id: number
  readonly code: string
}

export interface RefusedFilter {
  readonly queue?: string | undefined
  readonly ids?: readonly number[] | undefined
  readonly limit: number
}

/** More than a person would look through; a queue that brings so many is not one of ours. */
export const mostRefused = 1000

/** Of all bodies together. */
export const mostRefusedBytes = 64 * 1024 * 1024
