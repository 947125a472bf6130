import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../testbed/forTests.ts'
import type { RunReport } from '../../tools/chaos/run.ts'
import { gatewaySeamNames } from '../compose/seam.ts'
import { shortChaos } from './shortChaos.ts'

/** Where other work keeps the processors busy, every PHP request and every start of a gateway takes its time. */
const timeout = 240_000

/** The short form of `npm run chaos -- --crm civicrm`: the real CiviCRM, whose servers are struck too. */

beforeEach(async () => {
  await testbedForTests()
})
afterEach(async () => {
  // Starts what a failed run may have left down.
  await testbedForTests()
})

async function shortRun(key: 'admin' | 'least'): Promise<RunReport> {
  const { report, complaint } = await shortChaos({
    target: { engine: 'sqlite', instances: 1, crm: 'civicrm', key },
    events: 250,
    faults: 3,
    seed: `short-${key}`,
  })
  expect(complaint).toBe('')
  expect(Object.keys(report.kills)).toEqual(expect.arrayContaining([...gatewaySeamNames, 'outside']))
  expect(report.faults).toEqual({ 'php killed': 1, 'mariadb stopped': 1, 'rows locked': 1 })
  return report
}

describe('a gateway that is killed at every seam, at a CiviCRM whose PHP and MariaDB fail in mid-batch', () => {
  it("loses nothing and doubles nothing with the administrator's key", { timeout }, async () => {
    const { books, foundByLook } = await shortRun('admin')
    expect(books).toMatchObject({ lost: 0, doubled: 0, uncertain: 0, wrong: 0 })
    expect(foundByLook).toBeGreaterThan(0)
  })

  it('doubles nothing with the lesser key, and says of everything lost that it is uncertain', { timeout }, async () => {
    const { books } = await shortRun('least')
    expect(books).toMatchObject({ lost: 0, doubled: 0, wrong: 0 })
    expect(books.uncertain).toBeGreaterThan(0)
  })
})
