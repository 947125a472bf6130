import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { describeReceiverCounts } from '../conformance.ts'
import { postgresReceiverCounts } from './receiverCounts.ts'

describeReceiverCounts('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  return { counts: postgresReceiverCounts(await test.open()), close: async () => test[Symbol.asyncDispose]() }
})
