import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportText } from '../tools/chaos/reportText.ts'
import { runChaos } from '../tools/chaos/run.ts'
import { gatewaySeamNames } from './compose/seam.ts'

/** The short form of `npm run chaos`. */

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'chaos-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('a gateway that is killed at every seam', () => {
  it('loses nothing and doubles nothing in the built-in store', async () => {
    const seed = 'short'
    const report = await runChaos({
      target: { engine: 'sqlite', instances: 1, crm: 'builtin' },
      events: 150,
      kills: gatewaySeamNames.length + 2,
      faults: 0,
      lostAnswers: 0.05,
      plant: null,
      seed,
      folder,
      say: () => undefined,
    })
    expect(report.kept ? '' : reportText(report, seed)).toBe('')
    expect(report.books).toMatchObject({ lost: 0, doubled: 0, uncertain: 0, wrong: 0 })
    expect(Object.keys(report.kills)).toEqual(expect.arrayContaining([...gatewaySeamNames, 'outside']))
    // Killed between the CRM's work and our commit at least once, and seen there afterwards.
    expect(report.foundByLook).toBeGreaterThan(0)
  })
})
