import { GatewayError } from '../errors/gatewayError.ts'
import type { Inbox, NewNotification } from '../inbox/inbox.ts'

/** The front of an inbox, without a disk: for tests of what stands before it. */
export class MemoryInbox implements Pick<Inbox, 'accept'> {
  readonly stored: NewNotification[] = []
  /** What `accept` waits for before it commits; a test holds it back with a promise of its own. */
  disk: Promise<void> = Promise.resolve()
  /** Thrown instead of committing. */
  fault: Error | null = null

  async accept(notification: NewNotification): Promise<'stored' | 'duplicate'> {
    await this.disk
    if (this.fault !== null) throw this.fault
    const { addressed, messageId } = notification
    if (this.stored.some((one) => one.addressed === addressed && one.messageId === messageId)) return 'duplicate'
    this.stored.push(notification)
    return 'stored'
  }
}

export function storageFault(): GatewayError {
  return new GatewayError('STORAGE_UNAVAILABLE', 'the disk is full')
}
