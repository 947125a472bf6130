import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { findPostgres } from '../../testing/postgresServer.ts'
import type { Migration } from '../migration.ts'
import { migrations as sqliteMigrations } from '../sqlite/migrations/index.ts'
import type { PostgresDatabase } from './database.ts'
import { migrate, requireSchema } from './migrate.ts'
import { migrations } from './migrations/index.ts'

const steps: readonly Migration[] = [
  { version: 1, name: 'first', sql: 'CREATE TABLE one (a text)' },
  { version: 2, name: 'second', sql: `CREATE TABLE two (a text); INSERT INTO one VALUES ('kept')` },
]
const broken: Migration = {
  version: 3,
  name: 'broken',
  sql: 'CREATE TABLE three (a text); INSERT INTO nowhere VALUES (1)',
}

const newest = migrations.at(-1)?.version ?? 0

let test: PostgresTestDatabase
let database: PostgresDatabase
beforeEach(async () => {
  test = await PostgresTestDatabase.create('empty')
  database = await test.open()
})
afterEach(async () => test[Symbol.asyncDispose]())

async function tables(): Promise<readonly string[]> {
  const rows = await database.query<{ readonly name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  )
  return rows.map(({ name }) => name).filter((name) => name !== 'civicrm_ses_schema')
}

describe('migrating', () => {
  it('takes the missing steps in order, and none twice', async () => {
    expect(await migrate(database, steps.slice(0, 1))).toEqual({ from: 0, to: 1, applied: ['first'], error: null })
    expect(await migrate(database, steps)).toEqual({ from: 1, to: 2, applied: ['second'], error: null })
    expect(await migrate(database, steps)).toEqual({ from: 2, to: 2, applied: [], error: null })
    expect(await database.query('SELECT a FROM one')).toEqual([{ a: 'kept' }])
  })

  it('is done once by instances that start at the same moment', async () => {
    const instances = await Promise.all([1, 2, 3].map(async () => test.open()))
    const outcomes = await Promise.all(instances.map(async (instance) => migrate(instance, migrations)))
    expect(outcomes.map(({ to, error }) => ({ to, error }))).toEqual(outcomes.map(() => ({ to: newest, error: null })))
    expect(outcomes.flatMap(({ applied }) => applied).toSorted()).toEqual(migrations.map(({ name }) => name).toSorted())
  })

  it('leaves nothing of a step that fails, keeps those before it, and can go on later', async () => {
    const outcome = await migrate(database, [...steps, broken])
    expect(outcome).toMatchObject({ from: 0, to: 2, applied: ['first', 'second'] })
    expect(outcome.error).toMatchObject({ code: 'STORAGE_MIGRATION_FAILED' })
    expect(outcome.error?.message).toContain('nowhere')
    expect(await tables()).toEqual(['one', 'two'])
    const repaired = { ...broken, sql: 'CREATE TABLE three (a text)' }
    expect(await migrate(database, [...steps, repaired])).toMatchObject({ to: 3, error: null })
  })

  it('refuses a database of a newer version and changes nothing in it', async () => {
    await migrate(database, steps)
    expect(await migrate(database, steps.slice(0, 1))).toMatchObject({
      to: 2,
      applied: [],
      error: { code: 'STORAGE_NEWER_SCHEMA' },
    })
    await expect(requireSchema(database, steps.slice(0, 1))).rejects.toMatchObject({ code: 'STORAGE_NEWER_SCHEMA' })
  })

  it('sends a reader of an empty or older database to the gateway, which updates it', async () => {
    await expect(requireSchema(database, steps)).rejects.toMatchObject({ code: 'STORAGE_MISSING' })
    await migrate(database, steps.slice(0, 1))
    await expect(requireSchema(database, steps)).rejects.toMatchObject({ code: 'STORAGE_OLDER_SCHEMA' })
    await requireSchema(database, steps.slice(0, 1))
  })

  it('does not move in where another program lives', async () => {
    await database.run('CREATE TABLE site (id text)')
    const { error } = await migrate(database, migrations)
    expect(error).toMatchObject({ code: 'STORAGE_UNSUITABLE', message: expect.stringContaining('"site"') })
    expect(await tables()).toEqual(['site'])
  })

  it('lives in a schema of its own where the address says so, beside another program', async () => {
    await database.run('CREATE TABLE site (id text)')
    await database.run('CREATE SCHEMA gateway')
    const url = new URL(test.url)
    url.searchParams.set('options', '-c search_path=gateway')
    const inSchema = await test.open({}, url.href)
    expect(await migrate(inSchema, migrations)).toMatchObject({ to: newest, error: null })
    expect(await tables()).toEqual(['site'])
    await inSchema.run(`INSERT INTO notification (identity, site, state, due_at, attempts, received_at)
      VALUES ('x', 'alpha', 'waiting', 0, 0, 0)`)
    expect(await inSchema.query('SELECT site, state, delta FROM gateway.notification_count')).toEqual([
      { site: 'alpha', state: 'waiting', delta: 1 },
    ])
  })

  it('says why where the role may not create tables', async () => {
    await database.run(`CREATE ROLE reader LOGIN`)
    await database.run(`REVOKE CREATE ON SCHEMA public FROM public`)
    const url = new URL(test.url)
    url.username = 'reader'
    const reader = await test.open({}, url.href)
    const { error } = await migrate(reader, migrations)
    await reader.close()
    await database.run('DROP ROLE reader')
    expect(error).toMatchObject({ code: 'STORAGE_MIGRATION_FAILED', message: expect.stringContaining('permission') })
  })
})

describe('the schema', () => {
  it('has the steps of SQLite, by number and name', () => {
    const listed = (all: readonly Migration[]): unknown => all.map(({ version, name }) => ({ version, name }))
    expect(listed(migrations)).toEqual(listed(sqliteMigrations))
  })

  it('is as schema.sql shows it', async () => {
    expect((await migrate(database, migrations)).error).toBeNull()
    const dump = execFileSync(
      path.join(findPostgres() ?? '', 'pg_dump'),
      ['--schema-only', '--no-owner', '--no-privileges', '--exclude-table=civicrm_ses_schema', test.url],
      { encoding: 'utf8' },
    )
    // What differs between versions of pg_dump and says nothing of the schema.
    const lines = dump.split('\n').filter((line) => !/^(?:--|SET |SELECT pg_catalog|\\)/.test(line))
    const text = lines
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim()
    // Written anew by `vitest -u`; in CI a difference fails.
    await expect(
      `-- The whole schema, as the migrations make it. Not read by the program.\n\n${text}\n`,
    ).toMatchFileSnapshot('schema.sql')
  })
})
