import { afterAll } from 'vitest'
import { PostgresTestDatabase } from '../../src/testing/postgresDatabase.ts'
import { describeFill } from './conformance.ts'

let database: PostgresTestDatabase | null = null
afterAll(async () => database?.[Symbol.asyncDispose]())

describeFill('PostgreSQL', async () => {
  database = await PostgresTestDatabase.create()
  return database.url
})
