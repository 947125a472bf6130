import type { PostgresDatabase } from './database.ts'

/** A table in which each writing statement left a row with what it changed: `delta` for some columns. */
export interface DeltaTable {
  readonly table: string
  /** By which it is counted. */
  readonly columns: readonly string[]
}

/** Rows are summed up after so many writing statements of this instance, the first time sooner. */
const firstAfter = 20
const usuallyAfter = 200

/** Rows taken at a time: the statement stays short whatever was left by instances that ended. */
const mostRows = 50_000

/**
 * Sums up rows of deltas, so that a count is the sum of few. The rows that are taken and the row that takes
 * their place change in one statement: whoever counts sees the same before and after. Two instances at once
 * take different rows.
 */
export class DeltaCounts {
  readonly #database: PostgresDatabase
  readonly #sql: string
  #left = firstAfter
  #running = false

  constructor(database: PostgresDatabase, { table, columns }: DeltaTable) {
    this.#database = database
    const by = columns.join(', ')
    this.#sql = `
      WITH taken AS (
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} LIMIT ${mostRows} FOR UPDATE SKIP LOCKED))
        RETURNING ${by}, delta
      )
      INSERT INTO ${table} (${by}, delta)
      SELECT ${by}, sum(delta) FROM taken GROUP BY ${by} HAVING sum(delta) <> 0`
  }

  /** To be called after each statement that wrote. Never waits, never throws. */
  written(): void {
    this.#left -= 1
    if (this.#left > 0 || this.#running) return
    this.#left = usuallyAfter
    this.#running = true
    void this.#sumUp()
  }

  async #sumUp(): Promise<void> {
    try {
      await this.#database.run(this.#sql)
    } catch {
      // The counts are right without it; the next time does it.
    } finally {
      this.#running = false
    }
  }
}
