import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Line, runOperations } from './run.ts'
import { type StepName, steps } from './steps/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-operations-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

it(
  'every operation loses, doubles and changes nothing that it is not to, on a small store',
  { timeout: 240_000 },
  async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets that they are these
    const names = Object.keys(steps) as StepName[]
    const options = { folder, events: 400, raw: 200, rate: 20, steps: names, json: null, aroundSeconds: 0.7 }
    const lines: Line[] = []
    for await (const line of runOperations(options, () => undefined)) lines.push(line)
    expect(lines.flatMap(({ operation, faults }) => faults.map((fault) => `${operation}: ${fault}`))).toEqual([])
    expect(lines.map(({ operation }) => operation)).toEqual(names)
    expect(
      lines.every(
        ({ answers, rows, lost, doubled }) => (answers['200'] ?? 0) > 0 && rows > 0 && lost === 0 && doubled === 0,
      ),
    ).toBe(true)
  },
)
