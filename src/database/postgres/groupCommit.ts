import { GatewayError } from '../../errors/gatewayError.ts'
import { isStatementError } from './fault.ts'

/** What may wait for its turn. Reached only if the process takes in far more than the server can store. */
const longestQueue = 4096
const largestQueueBytes = 64 * 1024 * 1024

/** What goes into one statement: more would only make each of them, and the requests behind them, wait longer. */
const largestGroup = 128
const largestGroupBytes = 4 * 1024 * 1024

/** Statements at once: while one waits for the disk, the next is on its way. */
const mostFlights = 4

/** Beside one flight the next one starts only with so many writes: small groups would cost what grouping saves. */
const worthAFlight = 32

interface Waiting<Item, Result> {
  readonly item: Item
  readonly bytes: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface GroupCommitParts<Item, Result> {
  /** Writes all of them in one transaction; results in their order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly bytesOf: (item: Item) => number
}

/**
 * Group commit: writes that are asked for within one turn of the event loop, and while others are on their
 * way, share one statement and with it one round trip and one disk sync of the server.
 * ```
 *  commit(item) ──> queue ──setImmediate──> write(items), at most four at once ──> resolve each
 *                     │                        │ one of them is refused: each is written alone
 *                     └ full: rejected         └ the storage fails: all rejected, nothing is stuck
 * ```
 */
export class GroupCommit<Item, Result> {
  readonly #parts: GroupCommitParts<Item, Result>
  #queue: Waiting<Item, Result>[] = []
  #bytes = 0
  #flights = 0
  #scheduled = false

  constructor(parts: GroupCommitParts<Item, Result>) {
    this.#parts = parts
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  async commit(item: Item): Promise<Result> {
    const bytes = this.#parts.bytesOf(item)
    if (this.#queue.length >= longestQueue || this.#bytes + bytes > largestQueueBytes)
      throw new GatewayError('STORAGE_UNAVAILABLE', 'more writes are waiting than the database takes on')
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ item, bytes, resolve, reject })
      this.#bytes += bytes
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#mayFly()) void this.#fly(this.#takeGroup())
    })
  }

  #mayFly(): boolean {
    if (this.#queue.length === 0) return false
    return this.#flights < 1 || (this.#flights < mostFlights && this.#queue.length >= worthAFlight)
  }

  #takeGroup(): readonly Waiting<Item, Result>[] {
    let bytes = 0
    let count = 0
    for (const waiting of this.#queue) {
      if (count > 0 && (count >= largestGroup || bytes + waiting.bytes > largestGroupBytes)) break
      bytes += waiting.bytes
      count += 1
    }
    this.#bytes -= bytes
    return this.#queue.splice(0, count)
  }

  /** Must not reject: the promises of the whole group hang on it. */
  async #fly(group: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#flights += 1
    try {
      await this.#write(group)
    } finally {
      this.#flights -= 1
      if (this.#queue.length > 0) this.#schedule()
    }
  }

  async #write(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#parts.write(group.map(({ item }) => item))
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index]
        if (result === undefined) reject(new Error('a write of the group has no result'))
        else resolve(result)
      }
    } catch (error: unknown) {
      if (group.length > 1 && isStatementError(error)) for (const one of group) await this.#write([one])
      else for (const { reject } of group) reject(error)
    }
  }
}
