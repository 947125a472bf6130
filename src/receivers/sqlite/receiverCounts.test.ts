import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeReceiverCounts } from '../conformance.ts'
import { countingReceivers } from './count.ts'
import { sqliteReceiverCounts } from './receiverCounts.ts'

describeReceiverCounts('SQLite', async () => {
  const test = new TestDatabase()
  const { database } = test
  const count = countingReceivers(database)
  return {
    counts: sqliteReceiverCounts(database),
    count: async (site, counts) => database.commit(() => count(site, counts)),
    close: async () => test[Symbol.asyncDispose](),
  }
})
