import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeHistory } from '../history/conformance.ts'
import { sqliteHistory } from './history.ts'
import { sqliteLedger } from './ledger.ts'

describeHistory('SQLite', async () => {
  const test = new TestDatabase()
  return {
    ledger: sqliteLedger(test.database, testPseudonyms),
    history: sqliteHistory(test.database),
    close: async () => test[Symbol.asyncDispose](),
  }
})
