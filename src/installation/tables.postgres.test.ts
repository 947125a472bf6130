import { afterEach, beforeEach, expect, it } from 'vitest'
import { PostgresTestDatabase } from '../testing/postgresDatabase.ts'
import { placeTables, tables } from './tables.ts'

const kinds: Readonly<Record<string, string>> = { bigint: 'integer', integer: 'integer', text: 'text', bytea: 'bytes' }

interface ColumnRow {
  readonly relation: string
  readonly name: string
  readonly type: string
  readonly pk: number | null
  readonly numbered: boolean
}

let test: PostgresTestDatabase
beforeEach(async () => {
  test = await PostgresTestDatabase.create()
})
afterEach(async () => test[Symbol.asyncDispose]())

it('the description of the tables covers every table and column of the schema of PostgreSQL', async () => {
  const database = await test.open()
  const found = await database.query<ColumnRow>(`
    SELECT relname AS relation, attname AS name, format_type(atttypid, NULL) AS type,
      array_position(conkey, attnum) AS pk, attidentity <> '' AS numbered
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname, attnum`)
  const names = [...new Set(found.map(({ relation }) => relation))].filter((name) => !Object.hasOwn(placeTables, name))
  const kindOf = ({ name, type }: ColumnRow): unknown => ({ name, kind: kinds[type] })
  const schema = names.map((name) => {
    const own = found.filter(({ relation }) => relation === name)
    const key = own.filter(({ pk }) => pk !== null).toSorted((a, b) => (a.pk ?? 0) - (b.pk ?? 0))
    return { name, columns: own.map(kindOf), key: key.map(kindOf), numbered: own.some(({ numbered }) => numbered) }
  })
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
  expect([...tables].sort(byName)).toEqual(schema.sort(byName))
})
