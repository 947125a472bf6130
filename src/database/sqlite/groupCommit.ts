import type { DatabaseSync } from 'node:sqlite'
import { GatewayError } from '../../errors/gatewayError.ts'
import { isStorageFault, storageError } from './fault.ts'

/** Writes that wait for their turn. Reached only if the process takes in far more than it can store. */
const longestQueue = 4096

/** Writes in one transaction: more would only make each of them, and the requests behind them, wait longer. */
const largestGroup = 256

interface Write {
  /** Does the work and returns what tells its success. */
  readonly work: () => () => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: writes that are asked for within one turn of the event loop share one transaction and
 * one disk sync, which is what a durable write costs.
 * ```
 *  commit(work) ──> queue ──setImmediate──> BEGIN, each work in a savepoint, COMMIT ──> resolve all
 *                     │                       │ work throws: only it is undone and rejected
 *                     └ full: rejected        └ the storage fails: all undone, all rejected, nothing is stuck
 * ```
 * Since SQLite works synchronously here, no read of the connection ever falls between BEGIN and COMMIT:
 * reads see committed rows only.
 */
export class GroupCommit {
  readonly #connection: DatabaseSync
  readonly #onCommitted: () => void
  readonly #requireKept: () => void
  readonly #control: Readonly<Record<'begin' | 'commit' | 'savepoint' | 'release' | 'undo', { run(): unknown }>>
  #queue: Write[] = []
  #scheduled = false
  #paused = false
  #closed = false

  /**
   * @param onCommitted called after each transaction; must not throw
   * @param requireKept called before each transaction, and before anyone is told of it; throws where it would not stay
   */
  constructor(
    connection: DatabaseSync,
    onCommitted: () => void = () => undefined,
    requireKept: () => void = () => undefined,
  ) {
    this.#connection = connection
    this.#onCommitted = onCommitted
    this.#requireKept = requireKept
    this.#control = {
      // IMMEDIATE: a lock held elsewhere is met here, before any work has been done.
      begin: connection.prepare('BEGIN IMMEDIATE'),
      commit: connection.prepare('COMMIT'),
      savepoint: connection.prepare('SAVEPOINT work'),
      release: connection.prepare('RELEASE work'),
      undo: connection.prepare('ROLLBACK TO work'),
    }
  }

  /**
   * Runs `work`, which must be synchronous, in the next shared transaction. Resolves with its result after
   * the commit is on disk; rejects with what it threw, undone.
   * @throws GatewayError STORAGE_UNAVAILABLE: nothing of it was stored
   */
  async commit<Result>(work: () => Result): Promise<Result> {
    if (this.#closed) throw new GatewayError('STORAGE_UNAVAILABLE', 'the database is closed')
    if (this.#queue.length >= longestQueue)
      throw new GatewayError('STORAGE_UNAVAILABLE', 'more writes are waiting than the database takes on')
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({
        work: () => {
          const result = work()
          return () => resolve(result)
        },
        reject,
      })
      this.#schedule()
    })
  }

  /** Nothing is committed until `resume`; what is asked for meanwhile waits in the queue. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    if (this.#queue.length > 0) this.#schedule()
  }

  /** Commits what was asked for before, then takes nothing more. */
  close(): void {
    this.#closed = true
    while (this.#queue.length > 0) this.#flush()
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#paused || this.#queue.length === 0) return
      this.#flush()
      if (this.#queue.length > 0) this.#schedule()
    })
  }

  /** Must not throw: the promises of the whole group hang on it. */
  #flush(): void {
    const group = this.#queue.splice(0, largestGroup)
    try {
      this.#requireKept()
      this.#control.begin.run()
      const ends = group.map((write) => this.#runOne(write))
      this.#control.commit.run()
      this.#requireKept()
      for (const tell of ends) tell()
    } catch (error: unknown) {
      this.#rollback()
      const failure = transactionError(error)
      for (const { reject } of group) reject(failure)
      return
    }
    this.#onCommitted()
  }

  /**
   * Returns what tells how it ended, once the whole transaction is committed.
   * @throws whatever makes the whole transaction fail
   */
  #runOne({ work, reject }: Write): () => void {
    this.#control.savepoint.run()
    try {
      const tellSuccess = work()
      this.#control.release.run()
      return tellSuccess
    } catch (error: unknown) {
      // After some faults (disk full, I/O) SQLite has already rolled back everything.
      if (isStorageFault(error) || !this.#connection.isTransaction) throw error
      this.#control.undo.run()
      this.#control.release.run()
      return () => reject(storageError(error))
    }
  }

  #rollback(): void {
    try {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
    } catch {
      // The next BEGIN meets the same fault, and tells it to those who wait then.
    }
  }
}

function transactionError(error: unknown): unknown {
  const translated = storageError(error)
  if (translated instanceof GatewayError) return translated
  return new GatewayError('STORAGE_UNAVAILABLE', 'the transaction could not be committed', { cause: error })
}
