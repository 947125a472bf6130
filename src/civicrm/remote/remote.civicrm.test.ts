import { afterAll, beforeAll } from 'vitest'
import { testbedForTests } from '../../../testbed/forTests.ts'
import type { Testbed } from '../../../testbed/testbed.ts'
import type { CrmBench } from '../../testing/crmBench.ts'
import { remoteBench } from '../../testing/remoteBench.ts'
import { describeCrm } from '../conformance.ts'

let testbed: Testbed
const benches: CrmBench[] = []

beforeAll(async () => {
  testbed = await testbedForTests()
})

afterAll(async () => {
  await Promise.all(benches.map(async ({ crm }) => crm.close()))
})

describeCrm("a real CiviCRM with the least-privilege role's key", false, async () => benchOf(testbed.apiKey))
describeCrm("a real CiviCRM with an administrator's key", true, async () => benchOf(testbed.adminApiKey))

function benchOf(apiKey: string): CrmBench {
  const bench = remoteBench(testbed, apiKey)
  benches.push(bench)
  return bench
}
