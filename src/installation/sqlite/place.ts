import type { DatabaseSync } from 'node:sqlite'
import { isDamage, storageError } from '../../database/sqlite/fault.ts'
import { openConnection } from '../../database/sqlite/open.ts'
import { messageOf } from '../../errors/gatewayError.ts'
import type { Change, Look, Place } from '../place.ts'
import { changing } from './changing.ts'
import { reading, Statements } from './reading.ts'

/** How long it waits for a commit of the gateway, milliseconds. */
const busyTimeoutMs = 10_000

export interface SqlitePlaceOptions {
  readonly address: string
  /** `read`: for whoever only looks. */
  readonly access: 'read' | 'write'
  /** Called after the file is closed. */
  readonly onClose?: () => void
}

/**
 * The database file of a data folder, through a connection of its own beside that of the gateway. In the write-ahead
 * log a long look keeps nobody from writing. References between tables are left to the gateway that wrote the rows:
 * here rows arrive in any order, and what cascades in the old place arrives as changes of its own.
 */
export class SqlitePlace implements Place {
  readonly engine = 'SQLite'
  readonly address: string
  readonly #connection: DatabaseSync
  readonly #statements: Statements

  readonly #onClose: () => void

  /** @throws GatewayError STORAGE_… */
  constructor(file: string, { address, access, onClose = (): void => undefined }: SqlitePlaceOptions) {
    this.address = address
    this.#onClose = onClose
    this.#connection = openConnection(file, { access: access === 'read' ? 'read' : 'own' })
    this.#connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA foreign_keys = OFF`)
    this.#statements = new Statements(this.#connection)
  }

  /** For migrations. */
  get connection(): DatabaseSync {
    return this.#connection
  }

  async look<Result>(work: (look: Look) => Promise<Result>): Promise<Result> {
    return this.#within('BEGIN', async () => work(reading(this.#statements)))
  }

  async change<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.#within('BEGIN IMMEDIATE', async () => work(changing(this.#statements)))
  }

  async alone<Result>(work: (change: Change) => Promise<Result>): Promise<Result> {
    return this.change(work)
  }

  /** Nothing but a lock of somebody else's is waited for here. */
  limit(ms: number): () => void {
    const wait = (milliseconds: number): void => this.#connection.exec(`PRAGMA busy_timeout = ${milliseconds}`)
    wait(Math.max(1, Math.min(busyTimeoutMs, Math.ceil(ms))))
    return () => wait(busyTimeoutMs)
  }

  async livingInstances(): Promise<readonly string[]> {
    return []
  }

  async afterRejoining(): Promise<void> {}

  async examine(): Promise<readonly string[]> {
    try {
      const said = this.#statements.all('PRAGMA integrity_check(20)').map(([line]) => String(line))
      const astray = this.#statements.all('PRAGMA foreign_key_check').slice(0, 20)
      return [
        ...said.filter((line) => line !== 'ok'),
        ...astray.map(
          ([table, id, parent]) => `row ${String(id)} of ${String(table)} refers to no row of ${String(parent)}`,
        ),
      ]
    } catch (error) {
      if (isDamage(error)) return [messageOf(error)]
      throw storageError(error)
    }
  }

  async close(): Promise<void> {
    if (!this.#connection.isOpen) return
    this.#connection.close()
    this.#onClose()
  }

  async #within<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    try {
      this.#connection.exec(begin)
      const result = await work()
      this.#connection.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      throw storageError(error)
    }
  }
}
