import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { PostgresDatabase, type PostgresOptions } from '../database/postgres/database.ts'
import { runAdmin } from './postgresServer.ts'
import { templateName } from './postgresSetup.ts'

/** A database of its own on the server of the test run, with the newest schema; for `*.postgres.test.ts`. */
export class PostgresTestDatabase {
  readonly url: string
  readonly #name: string
  readonly #opened: PostgresDatabase[] = []

  private constructor(name: string) {
    this.#name = name
    this.url = urlOf(name)
  }

  /** @param schema `empty`: without any table, for tests of the migrations */
  static async create(schema: 'newest' | 'empty' = 'newest'): Promise<PostgresTestDatabase> {
    const name = `test_${randomUUID().replaceAll('-', '')}`
    const template = schema === 'newest' ? templateName : 'template0'
    await runAdmin(inject('postgresUrl'), `CREATE DATABASE ${name} TEMPLATE ${template}`)
    return new PostgresTestDatabase(name)
  }

  /** Opens it once more, as a further instance of the gateway does, or the next process after a crash. */
  async open(options: PostgresOptions = {}, url = this.url): Promise<PostgresDatabase> {
    const database = await PostgresDatabase.open(url, { poolSize: 4, requireDurable: false, ...options })
    this.#opened.push(database)
    return database
  }

  /** Removes every row, which takes a hundredth of the time that a further database does. */
  async empty(): Promise<void> {
    const database = await this.open()
    const tables = await database.query<{ readonly name: string }>(`
      SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'civicrm_ses_schema' ORDER BY relname
    `)
    await database.transaction(async (queries) => {
      await queries.script(tables.map(({ name }) => `DELETE FROM ${name};`).join('\n'))
      // What the removal was counted as.
      await queries.script('DELETE FROM notification_count; DELETE FROM effect_count')
    })
    await this.closeAll()
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map(async (database) => database.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAll()
    await runAdmin(inject('postgresUrl'), `DROP DATABASE ${this.#name} WITH (FORCE)`)
  }
}

/** For a file with many tests: one database, empty each time that it is asked for. */
export function reusedPostgres(): () => Promise<PostgresTestDatabase> {
  let only: PostgresTestDatabase | null = null
  afterAll(async () => only?.[Symbol.asyncDispose]())
  return async () => {
    only ??= await PostgresTestDatabase.create()
    await only.empty()
    return only
  }
}

function urlOf(name: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return url.href
}
