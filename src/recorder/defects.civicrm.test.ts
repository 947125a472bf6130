import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../testbed/forTests.ts'
import type { CrmBench } from '../testing/crmBench.ts'
import { defectCases } from '../testing/defectCases.ts'
import { runDefect } from '../testing/defectRun.ts'
import { remoteBench } from '../testing/remoteBench.ts'

describe.each([
  { key: "the least-privilege role's key", readBack: false },
  { key: "an administrator's key", readBack: true },
])('what others got wrong, recorded in a real CiviCRM with $key', ({ readBack }) => {
  let bench: CrmBench
  beforeAll(async () => {
    const testbed = await testbedForTests()
    bench = remoteBench(testbed, readBack ? testbed.adminApiKey : testbed.apiKey)
  })
  afterAll(async () => bench.crm.close())

  // Addresses of its own: a CiviCRM kept from an earlier run must not answer for this one.
  const cases = defectCases(`c${randomBytes(4).toString('hex')}`).filter(
    ({ needsQueueRows }) => readBack || needsQueueRows !== true,
  )

  it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', async (_, __, given) => {
    const { decisions, outcome } = await runDefect(given, bench)
    expect(decisions).toEqual(given.decisions)
    expect(outcome).toEqual(given.outcome)
  })
})
