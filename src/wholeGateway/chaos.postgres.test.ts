import { describe, expect, it } from 'vitest'
import { gatewaySeamNames } from '../compose/seam.ts'
import { shortChaos } from './shortChaos.ts'

/** The short form of `npm run chaos -- --engine postgres --instances 3`, on a server of its own: it is crashed too. */

describe('three gateways on one PostgreSQL that are killed at every seam, and it with them', () => {
  it('lose nothing and double nothing in the built-in store', { timeout: 180_000 }, async () => {
    const { report, complaint } = await shortChaos({
      target: { engine: 'postgres', instances: 3, crm: 'builtin' },
      events: 400,
      faults: 2,
      suspensions: 1,
      seed: 'short-postgres',
    })
    expect(complaint).toBe('')
    expect(report.books).toMatchObject({ lost: 0, doubled: 0, uncertain: 0, wrong: 0 })
    expect(Object.keys(report.kills)).toEqual(expect.arrayContaining([...gatewaySeamNames, 'outside']))
    expect(report.faults).toEqual({ 'postgres killed': 1, 'postgres stopped': 1, 'gateway suspended': 1 })
    expect(report.foundByLook).toBeGreaterThan(0)
  })
})

describe('a chaos run with several gateways', () => {
  it('notices the planted fault no-lease-guard', { timeout: 180_000 }, async () => {
    const { report } = await shortChaos({
      target: { engine: 'postgres', instances: 2, crm: 'builtin' },
      plant: 'no-lease-guard',
      kills: 1,
      suspensions: 3,
      seams: ['begun'],
      trouble: 0,
      seed: 'no-lease-guard',
    })
    expect(report.kept).toBe(false)
    expect(report.books.doubled).toBeGreaterThan(0)
  })
})
