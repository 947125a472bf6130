import { afterEach, beforeEach, expect, it } from 'vitest'
import { planned } from '../testing/plannedEvents.ts'
import { TestDatabase } from '../testing/testDatabase.ts'
import { testPseudonyms } from '../testing/testPseudonyms.ts'
import { eachEvent } from './setAside.ts'
import { sqliteLedger } from './sqlite/ledger.ts'

let test: TestDatabase
beforeEach(() => {
  test = new TestDatabase()
})
afterEach(async () => test[Symbol.asyncDispose]())

it('all events are passed in pieces, each once, and between two pieces others have their turn', async () => {
  const ledger = sqliteLedger(test.database, testPseudonyms)
  const count = 450
  // Some came in the same moment.
  for (let id = 1; id <= count; id += 1) await ledger.plan([{ ...planned(id), at: 1000 + Math.floor(id / 7) }])
  let turns = 0
  const others = new AbortController()
  const takeTurn = (): void => {
    turns += 1
    if (!others.signal.aborted) setImmediate(takeTurn)
  }
  setImmediate(takeTurn)
  const ids: number[] = []
  for await (const { eventId } of eachEvent(ledger, {})) ids.push(eventId)
  others.abort()
  expect(ids).toHaveLength(count)
  expect(new Set(ids).size).toBe(count)
  expect(turns).toBeGreaterThanOrEqual(4)
})
