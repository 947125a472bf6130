import type { DatabaseSync } from 'node:sqlite'
import { Checkpointer } from './checkpointer.ts'
import { storageError } from './fault.ts'
import { GroupCommit } from './groupCommit.ts'
import { OpenedFile } from './openedFile.ts'
import { type OpenOptions, openConnection, sameHeader } from './open.ts'
import { type Statement, prepare } from './statement.ts'

/**
 * One database file, as the parts that keep something in it see it. They prepare their statements once,
 * read with {@link SqliteDatabase.read} and write with {@link SqliteDatabase.commit}; nothing else.
 */
export class SqliteDatabase {
  readonly #connection: DatabaseSync
  readonly #group: GroupCommit
  readonly #checkpointer: Checkpointer
  #closing: Promise<void> | null = null

  /** @throws GatewayError as {@link openConnection} */
  constructor(file: string, options: OpenOptions = {}) {
    this.#connection = openConnection(file, options)
    const totalChanges = prepare<{ readonly rows: number }>(this.#connection, 'SELECT total_changes() AS rows')
    let before = 0
    const onCommitted = (): void => {
      const after = totalChanges.get()?.rows ?? before
      this.#checkpointer.written(after - before)
      before = after
    }
    const opened = new OpenedFile(file)
    this.#group = new GroupCommit(this.#connection, onCommitted, () => opened.requireInPlace())
    this.#checkpointer = new Checkpointer(file, this.#group)
  }

  /** For migrations and for what concerns the file itself. */
  get connection(): DatabaseSync {
    return this.#connection
  }

  prepare<Row = never>(sql: string): Statement<Row> {
    return prepare<Row>(this.#connection, sql)
  }

  /** @see GroupCommit.commit */
  async commit<Result>(work: () => Result): Promise<Result> {
    return this.#group.commit(work)
  }

  /**
   * Commits a page. An empty transaction succeeds on a full disk, since there is nothing to write.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async tryWriting(): Promise<void> {
    await this.#group.commit(() => this.#connection.exec(sameHeader))
  }

  /**
   * Runs reads at once, on what is committed.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  read<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error: unknown) {
      throw storageError(error)
    }
  }

  /** Commits what is waiting and closes the file. Repeated calls share the one closing. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#group.close()
    // The last connection to close copies the whole log and removes it: this one, after the thread's.
    await this.#checkpointer.stop()
    this.#connection.close()
  }
}
