import type { Queries, SqlValue } from '../../database/postgres/queries.ts'
import type { FollowedChange, Look } from '../place.ts'
import type { Column, Key, Row, Table, Value } from '../tables.ts'

export const arrayTypes = { integer: 'bigint[]', text: 'text[]', bytes: 'bytea[]' } as const

export const names = (columns: readonly Column[], prefix = ''): string =>
  columns.map(({ name }) => `${prefix}"${name}"`).join(', ')

/** `$1::bigint[], $2::text[], …`: rows travel as one array for each column. */
export function arrays(columns: readonly Column[]): string {
  return columns.map(({ kind }, index) => `$${index + 1}::${arrayTypes[kind]}`).join(', ')
}

/** The values of each column, of rows or of keys. */
export function byColumn(rows: readonly (Row | Key)[], columns: readonly Column[]): readonly SqlValue[] {
  return columns.map((_, index) => rows.map((row) => row[index] ?? null))
}

/** Reads within the transaction that the session is in. */
export function reading(queries: Queries): Look {
  const number = async (sql: string, values: readonly SqlValue[] = []): Promise<number> => {
    const [row] = await queries.query<{ readonly n: number | null }>(sql, values)
    return row?.n ?? 0
  }
  const rows = async (table: Table, sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> => {
    const found = await queries.query<Readonly<Record<string, Value>>>(sql, values)
    return found.map((row) => table.columns.map(({ name }) => row[name] ?? null))
  }
  return {
    async note(name) {
      const [row] = await queries.query<{ readonly value: string }>('SELECT value FROM installation WHERE name = $1', [
        name,
      ])
      return row?.value ?? null
    },
    async rowsAfter(table, after, limit) {
      const key = names(table.key)
      const last = table.key.map((_, index) => `$${index + 2}`).join(', ')
      const beyond = after === null ? '' : `WHERE (${key}) > (${last})`
      const sql = `SELECT ${names(table.columns)} FROM "${table.name}" ${beyond} ORDER BY ${key} LIMIT $1`
      return rows(table, sql, [limit, ...(after ?? [])])
    },
    async rowsOf(table, keys) {
      if (keys.length === 0) return []
      const sql = `SELECT ${names(table.columns)} FROM unnest(${arrays(table.key)}) AS asked (${names(table.key)})
        JOIN "${table.name}" USING (${names(table.key)})`
      return rows(table, sql, byColumn(keys, table.key))
    },
    async count(table) {
      return number(`SELECT count(*) AS n FROM "${table.name}"`)
    },
    async isEmpty(table) {
      return (await number(`SELECT EXISTS (SELECT 1 FROM "${table.name}")::int AS n`)) === 0
    },
    async size(table) {
      // -1: never analysed, as after a burst in a new table.
      const known = await number('SELECT reltuples::bigint AS n FROM pg_class WHERE oid = $1::regclass', [
        `"${table.name}"`,
      ])
      return known >= 0 ? known : number(`SELECT count(*) AS n FROM "${table.name}"`)
    },
    async lastId(table) {
      return number(
        `SELECT greatest(CASE WHEN is_called THEN last_value ELSE 0 END, (SELECT max(id) FROM "${table.name}")) AS n
         FROM "${table.name}_id_seq"`,
      )
    },
    async changes(limit) {
      const found = await queries.query<{ readonly seq: number; readonly relation: string; readonly key: string }>(
        'SELECT seq, relation, key FROM followed_change ORDER BY seq LIMIT $1',
        [limit],
      )
      return found.map(({ seq, relation, key }): FollowedChange => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the triggers of triggers.ts write it
        return { seq, table: relation, key: JSON.parse(key) as Key }
      })
    },
    async callsUnderWay() {
      return number(`SELECT count(*) AS n FROM effect WHERE state = 'calling'`)
    },
  }
}
