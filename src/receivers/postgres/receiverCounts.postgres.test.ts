import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { describeReceiverCounts } from '../conformance.ts'
import { countReceivers } from './count.ts'
import { postgresReceiverCounts } from './receiverCounts.ts'

describeReceiverCounts('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  const database = await test.open()
  return {
    counts: postgresReceiverCounts(database),
    count: async (site, counts) => database.transaction(async (queries) => countReceivers(queries, site, counts)),
    close: async () => test[Symbol.asyncDispose](),
  }
})
