import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeLedger } from '../conformance.ts'
import { sqliteLedger } from './ledger.ts'

describeLedger('SQLite', async () => {
  const test = new TestDatabase()
  return {
    ledger: sqliteLedger(test.database),
    crash: async () => sqliteLedger(await test.reopen()),
    close: async () => test[Symbol.asyncDispose](),
  }
})
