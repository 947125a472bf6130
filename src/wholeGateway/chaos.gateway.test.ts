import { describe, expect, it } from 'vitest'
import { gatewaySeamNames } from '../compose/seam.ts'
import { shortChaos } from './shortChaos.ts'

/** The short form of `npm run chaos`. Where other work keeps the processors busy, every start of a gateway takes its time. */
const timeout = 180_000

describe('a gateway that is killed at every seam', () => {
  it('loses nothing and doubles nothing in the built-in store', { timeout }, async () => {
    const { report, complaint } = await shortChaos({})
    expect(complaint).toBe('')
    expect(report.books).toMatchObject({ lost: 0, doubled: 0, uncertain: 0, wrong: 0 })
    expect(Object.keys(report.kills)).toEqual(expect.arrayContaining([...gatewaySeamNames, 'outside']))
    // Killed between the CRM's work and our commit at least once, and seen there afterwards.
    expect(report.foundByLook).toBeGreaterThan(0)
  })
})

/** Each fault breaks the promise where a gateway is killed at the right places; a run that sees nothing proves nothing. */
describe('a chaos run', () => {
  it.each([
    ['answer-before-commit', ['accepted', 'claimed'], 'lost'],
    ['ledger-before-call', ['begun', 'called'], 'lost'],
    ['key-by-message-id', ['finished'], 'doubled'],
    ['look-skipped', ['answered'], 'doubled'],
  ] as const)('notices the planted fault %s', { timeout }, async (plant, seams, mistake) => {
    const { report } = await shortChaos({ plant, seams: [...seams], kills: 5, seed: plant })
    expect(report.kept).toBe(false)
    expect(report.books[mistake]).toBeGreaterThan(0)
  })
})
