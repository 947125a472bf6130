import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeReceiverCounts } from '../conformance.ts'
import { sqliteReceiverCounts } from './receiverCounts.ts'

describeReceiverCounts('SQLite', async () => {
  const test = new TestDatabase()
  return { counts: sqliteReceiverCounts(test.database), close: async () => test[Symbol.asyncDispose]() }
})
