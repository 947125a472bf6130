import type { Change } from '../place.ts'
import { type Table, tables } from '../tables.ts'
import { keyIs, names, places, reading, type Statements } from './reading.ts'
import { following, refusing, type Trigger } from './triggers.ts'

/** Changes within the transaction that the connection is in. */
export function changing(statements: Statements): Change {
  const make = (triggers: readonly Trigger[]): void => {
    for (const { name, sql } of triggers) statements.exec(`DROP TRIGGER IF EXISTS "${name}"; ${sql}`)
  }
  const drop = (triggers: readonly Trigger[]): void => {
    for (const { name } of triggers) statements.exec(`DROP TRIGGER IF EXISTS "${name}"`)
  }
  return {
    ...reading(statements),
    async setNote(name, value) {
      if (value === null) statements.run('DELETE FROM installation WHERE name = ?', [name])
      else
        statements.run(
          'INSERT INTO installation VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [name, value],
        )
    },
    async put(table, rows) {
      const sql = putSql(table)
      for (const row of rows) statements.run(sql, row)
    },
    async remove(table, keys) {
      const sql = `DELETE FROM "${table.name}" WHERE ${keyIs(table)}`
      for (const key of keys) statements.run(sql, key)
    },
    async setLastId(table, id) {
      // A table without UNIQUE, kept by SQLite itself.
      statements.run('DELETE FROM sqlite_sequence WHERE name = ?', [table.name])
      statements.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table.name, id])
    },
    async forget(changes) {
      for (const { seq } of changes) statements.run('DELETE FROM followed_change WHERE seq = ?', [seq])
    },
    async follow() {
      make(tables.flatMap(following))
    },
    async unfollow() {
      drop(tables.flatMap(following))
      statements.run('DELETE FROM followed_change')
    },
    async refuseWrites(reason) {
      make(tables.flatMap((table) => refusing(table, reason)))
    },
    async admitWrites() {
      drop(tables.flatMap((table) => refusing(table, '')))
    },
    async clear() {
      for (const { name } of tables.toReversed()) statements.run(`DELETE FROM "${name}"`)
    },
    // Whoever carries rows does not watch references at all: see SqlitePlace.
    async separate() {},
    async rejoin() {},
  }
}

function putSql(table: Table): string {
  const rest = table.columns.filter((column) => !table.key.includes(column))
  const update =
    rest.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${rest.map(({ name }) => `"${name}" = excluded."${name}"`).join(', ')}`
  return `INSERT INTO "${table.name}" (${names(table.columns)}) VALUES (${places(table.columns)})
    ON CONFLICT (${names(table.key)}) ${update}`
}
