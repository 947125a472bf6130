import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeRefusedMessages } from '../conformance.ts'
import { sqliteRefusedMessages } from './refusedMessages.ts'

describeRefusedMessages('SQLite', async () => {
  const test = new TestDatabase()
  return { refused: sqliteRefusedMessages(test.database), close: async () => test[Symbol.asyncDispose]() }
})
