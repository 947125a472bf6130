import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Journal } from './journal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the journal of a run', () => {
  it('is empty for a new one', () => {
    const { delivered, kills, faults, rounds, beginnings } = new Journal(folder)
    expect({ delivered: delivered.size, kills, faults, rounds, beginnings }).toEqual({
      delivered: 0,
      kills: {},
      faults: {},
      rounds: 0,
      beginnings: 0,
    })
  })

  it('gives back what was noted, to whoever goes on with the run', async () => {
    const first = new Journal(folder)
    await first.begin(async () => ({ at: 7, people: [] }))
    first.note({ delivered: 3 })
    first.note({ killed: 'begun' })
    first.note({ killed: 'begun' })
    first.note({ struck: 'php killed' })
    first.note({ roundOver: 2 })
    const second = new Journal(folder)
    const beginning = await second.begin(async () => {
      throw new Error('it is there already')
    })
    expect(beginning).toEqual({ at: 7, people: [] })
    expect([...second.delivered]).toEqual([3])
    expect(second.kills).toEqual({ begun: 2 })
    expect(second.faults).toEqual({ 'php killed': 1 })
    expect([second.rounds, second.beginnings]).toEqual([2, 2])
  })

  it('forgets a line that was cut off', () => {
    new Journal(folder).note({ delivered: 1 })
    appendFileSync(path.join(folder, 'journal.jsonl'), '{"delivered":2')
    expect([...new Journal(folder).delivered]).toEqual([1])
  })
})
