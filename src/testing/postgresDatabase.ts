import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
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
  async open(options: PostgresOptions = {}): Promise<PostgresDatabase> {
    const database = await PostgresDatabase.open(this.url, { poolSize: 4, requireDurable: false, ...options })
    this.#opened.push(database)
    return database
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map(async (database) => database.close()))
    await runAdmin(inject('postgresUrl'), `DROP DATABASE ${this.#name} WITH (FORCE)`)
  }
}

function urlOf(name: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  return url.href
}
