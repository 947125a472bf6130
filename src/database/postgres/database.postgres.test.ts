import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import type { PostgresDatabase } from './database.ts'

let test: PostgresTestDatabase
let database: PostgresDatabase
beforeAll(async () => {
  test = await PostgresTestDatabase.create('empty')
  database = await test.open()
  await database.run('CREATE TABLE t (a bigint PRIMARY KEY, b bytea, c text)')
})
afterAll(async () => test[Symbol.asyncDispose]())

describe('a PostgreSQL database', () => {
  it('reads bigints as numbers and bytes as they were', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await database.run('INSERT INTO t VALUES ($1, $2, $3)', [2 ** 53 - 1, bytes, 'a\0b Zoë'])
    const [row] = await database.query<{ a: number; b: Uint8Array; c: string }>('SELECT * FROM t')
    expect(row).toMatchObject({ a: 2 ** 53 - 1, c: 'a\uFFFDb Zoë' })
    expect(Buffer.from(row!.b).equals(bytes)).toBe(true)
  })
})
