import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'

let test: PostgresTestDatabase
let database: PostgresDatabase

/**
 * The worst that the planner can be told: its figures are of an hour when everything was recorded, and since then
 * a flood has come.
 */
beforeAll(async () => {
  test = await PostgresTestDatabase.create()
  database = await test.open()
  const add = async (from: number, to: number, state: string): Promise<unknown> =>
    database.run(
      `INSERT INTO notification (identity, site, state, due_at, attempts, received_at)
       SELECT decode(md5(n::text), 'hex'), 'alpha', '${state}', 0, 0, n FROM generate_series($1::bigint, $2::bigint) n`,
      [from, to],
    )
  await add(1, 20_000, 'recorded')
  await database.run('ANALYZE notification')
  await add(20_001, 30_000, 'waiting')
  await database.run(`UPDATE notification SET due_at = 5 WHERE id % 2 = 0 AND state = 'waiting'`)
})
afterAll(async () => test[Symbol.asyncDispose]())

/** How the server goes about it, in its own words. */
async function planOf(sql: string): Promise<string> {
  const rows = await database.queryAdHoc<{ readonly 'QUERY PLAN': string }>(`EXPLAIN ${sql}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const waiting = `state = 'waiting' AND site = 'alpha'`

describe('with figures from before a flood', () => {
  it('a claim still walks along the line, and sorts nothing', async () => {
    const plan = await planOf(
      `SELECT id FROM notification WHERE ${waiting} AND due_at <= 10 ORDER BY id LIMIT 400 FOR UPDATE SKIP LOCKED`,
    )
    expect(plan).toContain('notification_line')
    expect(plan).not.toContain('Sort')
  })

  it('the look for the next moment reads one entry', async () => {
    const plan = await planOf(
      `SELECT due_at + 0 FROM notification WHERE ${waiting} AND due_at > 0 ORDER BY due_at + 0 LIMIT 1`,
    )
    expect(plan).toContain('notification_due')
    expect(plan).not.toContain('Sort')
  })

  it('what was put off is read from there, however much waits', async () => {
    const plan = await planOf(
      `SELECT id, due_at + 0 FROM notification WHERE ${waiting} AND due_at > 0 AND due_at + 0 > 4 AND owner IS NULL
       ORDER BY due_at + 0 LIMIT 20000`,
    )
    expect(plan).toContain('notification_due')
    expect(plan).not.toContain('Sort')
  })

  it('the first in line is found without a walk through what is recorded', async () => {
    const plan = await planOf(`SELECT received_at FROM notification WHERE ${waiting} ORDER BY id LIMIT 1`)
    expect(plan).toContain('notification_line')
  })

  it('a write goes by the ids that it was given', async () => {
    const plan = await planOf(
      `UPDATE notification SET due_at = 1 FROM unnest('{1,2,3}'::bigint[]) AS t (id)
       WHERE notification.id = t.id AND owner = 'x'`,
    )
    expect(plan).toContain('notification_pkey')
  })
})
