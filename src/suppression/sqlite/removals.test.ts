import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeRemovals } from '../conformance.ts'
import { sqliteRemovals } from './removals.ts'

describeRemovals('SQLite', async () => {
  const test = new TestDatabase()
  return { removals: sqliteRemovals(test.database), close: async () => test[Symbol.asyncDispose]() }
})
