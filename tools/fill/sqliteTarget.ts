import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { CopiedRow } from './copies.ts'
import type { NumberedTable } from './tables.ts'
import type { FillTarget } from './target.ts'

/** Far more memory than the gateway takes: the keys are hashes, so every event lies somewhere else in their index. */
const cacheKiB = 1_500_000

/** Without disk syncs, which are for those who could not run the command again. */
export class SqliteTarget implements FillTarget {
  readonly #connection: DatabaseSync
  readonly #inserts = new Map<string, StatementSync>()

  constructor(file: string) {
    this.#connection = new DatabaseSync(file)
    this.#connection.exec(`
      PRAGMA synchronous = OFF;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -${cacheKiB};
    `)
  }

  async lastId(table: NumberedTable): Promise<number> {
    return Number(this.#connection.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').get(table)?.['seq'] ?? 0)
  }

  async write(rows: readonly CopiedRow[]): Promise<void> {
    this.#connection.exec('BEGIN IMMEDIATE')
    try {
      for (const { table, row } of rows) this.#insert(table, Object.keys(row)).run(...Object.values(row))
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#connection.exec('ROLLBACK')
      throw error
    }
  }

  async finish(): Promise<void> {
    this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  #insert(table: string, columns: readonly string[]): StatementSync {
    const known = this.#inserts.get(table)
    if (known !== undefined) return known
    const places = columns.map(() => '?').join(', ')
    const statement = this.#connection.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`)
    this.#inserts.set(table, statement)
    return statement
  }
}
