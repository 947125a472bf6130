import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import type { EventFilter } from '../ledger.ts'
import { searchQuery } from './search.ts'

let test: PostgresTestDatabase
let database: PostgresDatabase
beforeAll(async () => {
  test = await PostgresTestDatabase.create()
  database = await test.open()
  // Mostly of one kind, as a ledger is: what is rare must not be looked for among what is not.
  await database.run(`
    INSERT INTO mail_event (key, site, ses_message_id, recipient, kind, class, standing, rule, first_seen_at, decided_at, decision, event)
    SELECT decode(md5(n::text), 'hex'), 'site-' || n % 50, n, 'person' || n % 9000 || '@example.org',
      CASE WHEN n % 500 = 0 THEN 'complaint' ELSE 'bounce' END, '', CASE WHEN n % 400 = 0 THEN 'person' ELSE 'effective' END, '',
      n, n, '', '' FROM generate_series(1, 30000) n`)
  await database.run(`
    INSERT INTO effect (event_id, seen_at, site, kind, marker, state, effect)
    SELECT id, first_seen_at, site, 'bounce', 'm', CASE WHEN id % 1000 = 0 THEN 'uncertain' ELSE 'done' END, ''
    FROM mail_event`)
  await database.run('ANALYZE')
})
afterAll(async () => test[Symbol.asyncDispose]())

interface Step {
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Step[]
}

/** The most rows that any step of the search touched. */
async function mostTouched(filter: Omit<EventFilter, 'limit'>): Promise<number> {
  const { sql, values } = searchQuery({ ...filter, limit: 50 })
  const [row] = await database.queryAdHoc<{ readonly 'QUERY PLAN': readonly { readonly Plan: Step }[] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
    values,
  )
  const touched = (step: Step): number =>
    Math.max(
      (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'],
      ...(step.Plans ?? []).map(touched),
    )
  return touched(row!['QUERY PLAN'][0]!.Plan)
}

describe('a search of the ledger', () => {
  it.each<Omit<EventFilter, 'limit'>>([
    {},
    { since: 100, before: 2000 },
    { recipient: 'person7@example.org', kind: 'bounce', site: 'site-7' },
    { recipient: 'person7@example.org', effectState: 'done' },
    { standing: 'person' },
    { standing: 'effective' },
    { site: 'site-7' },
    { site: 'site-7', kind: 'bounce' },
    { kind: 'complaint' },
    { kind: 'bounce', since: 20_000 },
    { effectState: 'uncertain' },
    { effectState: 'done', since: 20_000 },
  ])('by %j tries about as many of thirty thousand events as it lists', async (filter) => {
    expect(await mostTouched(filter)).toBeLessThanOrEqual(100)
  })
})
