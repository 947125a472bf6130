import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { SqliteContactStore } from '../civicrm/builtin/sqlite/sqliteContactStore.ts'
import { behindSqlite, builtinBench } from '../testing/builtinBench.ts'
import type { CrmBench } from '../testing/crmBench.ts'
import { defectCases } from '../testing/defectCases.ts'
import { runDefect } from '../testing/defectRun.ts'
import { TestDatabase } from '../testing/testDatabase.ts'

let store: TestDatabase
let bench: CrmBench
beforeAll(() => {
  store = new TestDatabase()
  const { database } = store
  const clock = systemClock
  bench = builtinBench({
    ...behindSqlite(database),
    store: new SqliteContactStore({ database, site: 'defects', clock }),
    clock,
  })
})
afterAll(async () => store[Symbol.asyncDispose]())

describe('what others got wrong, recorded in the built-in contact store', () => {
  it.each(defectCases('builtin').map((one) => [one.id, one.title, one] as const))('%s: %s', async (_, __, given) => {
    const { decisions, outcome } = await runDefect(given, bench)
    expect(decisions).toEqual(given.decisions)
    expect(outcome).toEqual(given.outcome)
  })
})
