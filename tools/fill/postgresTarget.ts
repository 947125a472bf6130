import { PostgresDatabase } from '../../src/database/postgres/database.ts'
import type { CopiedRow } from './copies.ts'
import { type NumberedTable, type Row, numberedTables } from './tables.ts'
import { type FillTarget, byTable } from './target.ts'

/** A statement writes a table's rows of a thousand events; on a busy machine that takes its time. */
const statementMs = 120_000

/** In the tables and columns of SQLite, which are the same. */
export class PostgresTarget implements FillTarget {
  readonly #database: PostgresDatabase
  readonly #types: ReadonlyMap<string, string>

  private constructor(database: PostgresDatabase, types: ReadonlyMap<string, string>) {
    this.#database = database
    this.#types = types
  }

  static async open(url: string): Promise<PostgresTarget> {
    const database = await PostgresDatabase.open(url, { poolSize: 1, requireDurable: false, timeouts: { statementMs } })
    const columns = await database.query<{ readonly name: string; readonly type: string }>(
      `SELECT table_name || '.' || column_name AS name, udt_name AS type FROM information_schema.columns
       WHERE table_schema = 'public'`,
    )
    return new PostgresTarget(database, new Map(columns.map(({ name, type }) => [name, type])))
  }

  async lastId(table: NumberedTable): Promise<number> {
    const [row] = await this.#database.queryAdHoc<{ readonly last: number }>(
      `SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS last FROM ${table}_id_seq`,
    )
    return row?.last ?? 0
  }

  async write(rows: readonly CopiedRow[]): Promise<void> {
    await this.#database.transaction(async (queries) => {
      for (const [table, some] of byTable(rows)) {
        const columns = Object.keys(some[0] ?? {})
        await queries.run(
          this.#insert(table, columns),
          columns.map((column) => some.map((row: Row) => row[column] ?? null)),
        )
      }
    })
  }

  async finish(): Promise<void> {
    for (const table of numberedTables)
      await this.#database.queryAdHoc(
        `SELECT setval('${table}_id_seq', greatest(max(id), 1), max(id) IS NOT NULL) FROM ${table}`,
      )
    await this.#database.queryAdHoc('VACUUM (ANALYZE)')
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  #insert(table: string, columns: readonly string[]): string {
    const values = columns.map((column, index) => `$${index + 1}::${this.#types.get(`${table}.${column}`) ?? 'text'}[]`)
    return `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${values.join(', ')})`
  }
}
