import type { Transaction } from '../../database/postgres/queries.ts'
import type { Change } from '../place.ts'
import { type Table, tables } from '../tables.ts'
import { arrays, byColumn, names, reading } from './reading.ts'
import { rejoin, separate } from './references.ts'
import { following, followingFunction, refusing, type Trigger } from './triggers.ts'

/** Changes within the transaction that the session is in. */
export function changing(queries: Transaction): Change {
  /** Of triggers with these names, those that are there. */
  const present = async (triggers: readonly Trigger[]): Promise<ReadonlySet<string>> => {
    const found = await queries.query<{ readonly name: string }>(
      `SELECT tgname AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
       WHERE relnamespace = current_schema()::regnamespace AND tgname = ANY ($1::text[])`,
      [triggers.map(({ name }) => name)],
    )
    return new Set(found.map(({ name }) => name))
  }
  const make = async (triggers: readonly Trigger[]): Promise<void> => {
    const there = await present(triggers)
    for (const { name, sql } of triggers) if (!there.has(name)) await queries.script(sql)
  }
  const drop = async (triggers: readonly Trigger[]): Promise<void> => {
    const there = await present(triggers)
    for (const { name, table } of triggers)
      if (there.has(name)) await queries.script(`DROP TRIGGER "${name}" ON "${table}"`)
  }
  return {
    ...reading(queries),
    async setNote(name, value) {
      if (value === null) await queries.run('DELETE FROM installation WHERE name = $1', [name])
      else
        await queries.run(
          'INSERT INTO installation VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [name, value],
        )
    },
    async put(table, rows) {
      if (rows.length > 0) await queries.run(putSql(table), byColumn(rows, table.columns))
    },
    async remove(table, keys) {
      if (keys.length === 0) return
      const same = table.key.map(({ name }) => `"${table.name}"."${name}" = asked."${name}"`).join(' AND ')
      await queries.run(
        `DELETE FROM "${table.name}" USING unnest(${arrays(table.key)}) AS asked (${names(table.key)}) WHERE ${same}`,
        byColumn(keys, table.key),
      )
    },
    async setLastId(table, id) {
      await queries.query(`SELECT setval('"${table.name}_id_seq"', greatest($1::bigint, 1), $1::bigint > 0)`, [id])
    },
    async forget(changes) {
      await queries.run('DELETE FROM followed_change WHERE seq = ANY ($1::bigint[])', [changes.map(({ seq }) => seq)])
    },
    async follow() {
      await make(tables.flatMap(following))
    },
    async unfollow() {
      await drop(tables.flatMap(following))
      for (const table of tables) await queries.script(followingFunction(table))
      await queries.run('DELETE FROM followed_change')
    },
    async refuseWrites(reason) {
      await make(tables.map((table) => refusing(table, reason)))
    },
    async admitWrites() {
      await drop(tables.map((table) => refusing(table, '')))
      await queries.script('DROP FUNCTION IF EXISTS moved_away()')
    },
    async clear() {
      // The counts too: TRUNCATE tells no trigger of single rows.
      const all = [...tables.map(({ name }) => name), 'notification_count', 'effect_count']
      await queries.script(`TRUNCATE ${all.map((name) => `"${name}"`).join(', ')} RESTART IDENTITY`)
    },
    async separate() {
      await separate(queries)
    },
    async rejoin() {
      await rejoin(queries)
    },
  }
}

function putSql(table: Table): string {
  const rest = table.columns.filter((column) => !table.key.includes(column))
  const update =
    rest.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${rest.map(({ name }) => `"${name}" = excluded."${name}"`).join(', ')}`
  return `INSERT INTO "${table.name}" (${names(table.columns)})
    SELECT * FROM unnest(${arrays(table.columns)}) ON CONFLICT (${names(table.key)}) ${update}`
}
