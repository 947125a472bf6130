import { sqliteReceiverCounts } from '../../receivers/sqlite/receiverCounts.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeLedger } from '../conformance.ts'
import { sqliteLedger } from './ledger.ts'

describeLedger('SQLite', async () => {
  const test = new TestDatabase()
  return {
    ledger: sqliteLedger(test.database, testPseudonyms),
    receivers: sqliteReceiverCounts(test.database),
    crash: async () => sqliteLedger(await test.reopen(), testPseudonyms),
    execute: async (sql) => test.database.connection.exec(sql),
    close: async () => test[Symbol.asyncDispose](),
  }
})
