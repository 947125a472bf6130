import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeInbox } from '../conformance.ts'
import { sqliteInbox } from './inbox.ts'

describeInbox('SQLite', async () => {
  const test = new TestDatabase()
  return {
    inbox: sqliteInbox(test.database),
    crash: async () => sqliteInbox(await test.reopen()),
    close: async () => test[Symbol.asyncDispose](),
  }
})
