import type { DatabaseSync } from 'node:sqlite'
import type { SqlValue } from '../../database/sqlite/statement.ts'
import type { FollowedChange, Look } from '../place.ts'
import { type Key, type Row, type Table } from '../tables.ts'

/** Prepares each statement once, and reads rows as arrays. */
export class Statements {
  readonly #connection: DatabaseSync
  readonly #known = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  all(sql: string, values: readonly SqlValue[] = []): readonly Row[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what setReturnArrays makes of STRICT tables
    return this.#prepared(sql).all(...values) as unknown as readonly Row[]
  }

  run(sql: string, values: readonly SqlValue[] = []): void {
    this.#prepared(sql).run(...values)
  }

  exec(sql: string): void {
    this.#connection.exec(sql)
  }

  number(sql: string, values: readonly SqlValue[] = []): number {
    return Number(this.all(sql, values)[0]?.[0] ?? 0)
  }

  #prepared(sql: string): ReturnType<DatabaseSync['prepare']> {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    const statement = this.#connection.prepare(sql)
    statement.setReturnArrays(true)
    this.#known.set(sql, statement)
    return statement
  }
}

export const names = (columns: readonly { readonly name: string }[], prefix = ''): string =>
  columns.map(({ name }) => `${prefix}"${name}"`).join(', ')

export const places = (columns: readonly unknown[]): string => columns.map(() => '?').join(', ')

export function keyIs(table: Table): string {
  return table.key.map(({ name }) => `"${name}" = ?`).join(' AND ')
}

/** Reads within the transaction that the connection is in. */
export function reading(statements: Statements): Look {
  return {
    async note(name) {
      const [row] = statements.all('SELECT value FROM installation WHERE name = ?', [name])
      return typeof row?.[0] === 'string' ? row[0] : null
    },
    async rowsAfter(table, after, limit) {
      const key = names(table.key)
      const beyond = after === null ? '' : `WHERE (${key}) > (${places(table.key)})`
      const sql = `SELECT ${names(table.columns)} FROM "${table.name}" ${beyond} ORDER BY ${key} LIMIT ?`
      return statements.all(sql, [...(after ?? []), limit])
    },
    async rowsOf(table, keys) {
      const sql = `SELECT ${names(table.columns)} FROM "${table.name}" WHERE ${keyIs(table)}`
      return keys.flatMap((key) => statements.all(sql, key))
    },
    async count(table) {
      return statements.number(`SELECT count(*) FROM "${table.name}"`)
    },
    async isEmpty(table) {
      return statements.number(`SELECT EXISTS (SELECT 1 FROM "${table.name}")`) === 0
    },
    async size(table) {
      // To count would read every page. Integer keys are given out without great gaps.
      const [only] = table.key
      if (table.key.length > 1 || only?.kind !== 'integer')
        return statements.number(`SELECT count(*) FROM "${table.name}"`)
      // Two queries, each of which looks at one end of the table: together they would be a scan of it.
      const end = (which: 'max' | 'min'): number =>
        statements.number(`SELECT ${which}("${only.name}") FROM "${table.name}"`)
      return end('max') === 0 ? 0 : end('max') - end('min') + 1
    },
    async lastId(table) {
      return statements.number('SELECT seq FROM sqlite_sequence WHERE name = ?', [table.name])
    },
    async changes(limit) {
      return statements.all('SELECT seq, relation, key FROM followed_change ORDER BY seq LIMIT ?', [limit]).map(entry)
    },
    async callsUnderWay() {
      return statements.number(`SELECT count(*) FROM effect WHERE state = 'calling'`)
    },
  }
}

function entry([seq, relation, key]: Row): FollowedChange {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the triggers of triggers.ts write it
  return { seq: Number(seq), table: String(relation), key: JSON.parse(String(key)) as Key }
}
