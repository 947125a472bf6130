import type { AlarmMessage } from '../message.ts'

/** One way to a person. */
export interface Channel {
  /** Unique among those configured: what it told is kept under it. */
  readonly name: string
  /**
   * Resolves when the message was taken over.
   * @throws Error why not, in words for the administrator, without secrets
   */
  send(message: AlarmMessage, signal: AbortSignal): Promise<void>
}

/** No channel may take longer. */
export const sendTimeoutMs = 30_000
