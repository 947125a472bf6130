import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { builtinBench } from '../testing/builtinBench.ts'
import type { CrmBench } from '../testing/crmBench.ts'
import { defectCases } from '../testing/defectCases.ts'
import { runDefect } from '../testing/defectRun.ts'
import { TestDatabase } from '../testing/testDatabase.ts'

let store: TestDatabase
let bench: CrmBench
beforeAll(() => {
  store = new TestDatabase()
  bench = builtinBench({ database: store.database, site: 'defects', clock: systemClock })
})
afterAll(async () => store[Symbol.asyncDispose]())

describe('what others got wrong, recorded in the built-in contact store', () => {
  it.each(defectCases('builtin').map((one) => [one.id, one.title, one] as const))('%s: %s', async (_, __, given) => {
    const { decisions, outcome } = await runDefect(given, bench)
    expect(decisions).toEqual(given.decisions)
    expect(outcome).toEqual(given.outcome)
  })
})
