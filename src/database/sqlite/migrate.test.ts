import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { type Migration, migrate, requireSchema } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { numberOf } from './statement.ts'

const steps: readonly Migration[] = [
  { version: 1, name: 'first', sql: 'CREATE TABLE one (a TEXT)' },
  { version: 2, name: 'second', sql: `CREATE TABLE two (a TEXT); INSERT INTO one VALUES ('kept')` },
]
const broken: Migration = {
  version: 3,
  name: 'broken',
  sql: 'CREATE TABLE three (a TEXT); INSERT INTO nowhere VALUES (1)',
}

function tables(connection: DatabaseSync): readonly unknown[] {
  return connection
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all()
    .map(({ name }) => name)
}

describe('migrating', () => {
  it('takes the missing steps in order, and none twice', () => {
    const connection = new DatabaseSync(':memory:')
    expect(migrate(connection, steps.slice(0, 1))).toEqual({ from: 0, to: 1, applied: ['first'], error: null })
    expect(migrate(connection, steps)).toEqual({ from: 1, to: 2, applied: ['second'], error: null })
    expect(migrate(connection, steps)).toEqual({ from: 2, to: 2, applied: [], error: null })
    expect(numberOf(connection, 'SELECT count(*) FROM one')).toBe(1)
    connection.close()
  })

  it('leaves nothing of a step that fails, keeps those before it, and can go on later', () => {
    const connection = new DatabaseSync(':memory:')
    const outcome = migrate(connection, [...steps, broken])
    expect(outcome).toMatchObject({ from: 0, to: 2, applied: ['first', 'second'] })
    expect(outcome.error).toMatchObject({ code: 'STORAGE_MIGRATION_FAILED' })
    expect(outcome.error?.message).toContain('nowhere')
    expect(tables(connection)).toEqual(['one', 'two'])
    const repaired = { ...broken, sql: 'CREATE TABLE three (a TEXT)' }
    expect(migrate(connection, [...steps, repaired])).toMatchObject({ to: 3, error: null })
    connection.close()
  })

  it('refuses a database of a newer version and changes nothing in it', () => {
    const connection = new DatabaseSync(':memory:')
    connection.exec('PRAGMA user_version = 9')
    expect(migrate(connection, steps)).toMatchObject({ to: 9, applied: [], error: { code: 'STORAGE_NEWER_SCHEMA' } })
    expect(tables(connection)).toEqual([])
    expect(() => requireSchema(connection, steps)).toThrow(expect.objectContaining({ code: 'STORAGE_NEWER_SCHEMA' }))
    connection.close()
  })

  it('sends a reader of an older database to the gateway, which updates it', () => {
    const connection = new DatabaseSync(':memory:')
    migrate(connection, steps.slice(0, 1))
    expect(() => requireSchema(connection, steps)).toThrow(expect.objectContaining({ code: 'STORAGE_OLDER_SCHEMA' }))
    requireSchema(connection, steps.slice(0, 1))
    connection.close()
  })

  it('reports a database that cannot be read at all', () => {
    const connection = new DatabaseSync(':memory:')
    connection.close()
    expect(migrate(connection, steps).error).toMatchObject({ code: 'STORAGE_MIGRATION_FAILED' })
  })
})

describe('the schema', () => {
  it('has steps numbered without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length)
  })

  it('is as schema.sql shows it', async () => {
    const connection = new DatabaseSync(':memory:')
    expect(migrate(connection, migrations).error).toBeNull()
    const rows = connection
      .prepare(
        `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type = 'table' DESC, name`,
      )
      .all()
    connection.close()
    const dump = rows.map(({ sql }) => `${String(sql)};\n`).join('\n')
    // Written anew by `vitest -u`; in CI a difference fails.
    await expect(
      `-- The whole schema, as the migrations make it. Not read by the program.\n\n${dump}`,
    ).toMatchFileSnapshot('schema.sql')
  })
})
