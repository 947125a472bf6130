import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeRefusedMessages } from '../conformance.ts'
import { postgresRefusedMessages } from './refusedMessages.ts'

const emptyDatabase = reusedPostgres()

describeRefusedMessages('PostgreSQL', async () => {
  const test = await emptyDatabase()
  return { refused: postgresRefusedMessages(await test.open()), close: async () => test.closeAll() }
})
