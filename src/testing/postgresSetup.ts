import type { TestProject } from 'vitest/node'
import { PostgresDatabase } from '../database/postgres/database.ts'
import { migrate } from '../database/postgres/migrate.ts'
import { migrations } from '../database/postgres/migrations/index.ts'
import { PostgresServer } from './postgresServer.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server that all tests of the run share; a database of it is each test's own. */
    readonly postgresUrl: string
  }
}

/** The database of which tests get copies: it has the newest schema and nothing in it. */
export const templateName = 'civicrm_ses_template'

let server: PostgresServer | null = null

/** Starts one server for the whole run, before its first test (vitest's globalSetup). */
export async function setup(project: TestProject): Promise<void> {
  server = await PostgresServer.create()
  await server.createDatabase(templateName)
  const database = await PostgresDatabase.open(server.url(templateName), { requireDurable: false })
  const { error } = await migrate(database, migrations)
  await database.close()
  if (error !== null) throw error
  project.provide('postgresUrl', server.url())
}

export async function teardown(): Promise<void> {
  await server?.remove()
  server = null
}
