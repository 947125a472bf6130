import type { EventSource } from '../emitter.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { IngestEvents } from '../ingest/events.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import type { Timers } from '../timers.ts'

export interface StorageWatchParts {
  /** Makes a small write. @throws GatewayError STORAGE_UNAVAILABLE */
  readonly tryWriting: () => Promise<void>
  readonly ingest: EventSource<IngestEvents>
  readonly recorder: EventSource<RecorderEvents>
  readonly timers: Timers
}

/** A failure counts for so long unless something was stored since: who is turned away for it may not come again sooner. */
const memoryMs = 60_000

interface Failure {
  readonly at: number
  readonly error: GatewayError
}

/**
 * Knows whether the database takes what is to be stored. A small write of its own says little where it is nearly
 * full: that one may fit into a page that is there already, and a notification needs new ones. So what became of
 * the last notifications counts too; and what is recorded of earlier ones, which may fit as well, does not end that.
 */
export class StorageWatch {
  readonly #parts: StorageWatchParts
  readonly #ends: readonly (() => void)[]
  /** A notification was turned away. */
  #refusal: Failure | null = null
  /** The recorder could not store what it did. */
  #fault: Failure | null = null

  constructor(parts: StorageWatchParts) {
    this.#parts = parts
    const { ingest, recorder } = parts
    this.#ends = [
      ingest.on('refused', ({ code, reason }) => {
        if (code.startsWith('STORAGE_')) this.#refusal = this.#failure(new GatewayError(code, reason))
      }),
      recorder.on('fault', ({ error }) => {
        if (isStorageFault(error)) this.#fault = this.#failure(error)
      }),
      ingest.on('accepted', () => {
        this.#refusal = null
        this.#fault = null
      }),
      recorder.on('batchFinished', () => {
        this.#fault = null
      }),
    ]
  }

  /** Ends the listening. */
  stop(): void {
    for (const end of this.#ends) end()
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE, or what else is wrong with it */
  async tryWriting(): Promise<void> {
    await this.#parts.tryWriting()
    for (const failure of [this.#refusal, this.#fault])
      if (failure !== null && this.#parts.timers.elapsed() - failure.at < memoryMs) throw failure.error
  }

  #failure(error: GatewayError): Failure {
    return { at: this.#parts.timers.elapsed(), error }
  }
}

/** Whether the database is at fault, and not only a row of one mail event that cannot be read. */
export function isStorageFault(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.code.startsWith('STORAGE_') && error.code !== 'STORAGE_CORRUPT'
}
