import { sqliteLedger } from '../../ledger/sqlite/ledger.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeUndoStore } from '../conformance.ts'
import { sqliteUndoStore } from './undoStore.ts'

describeUndoStore('SQLite', async () => {
  const test = new TestDatabase()
  return {
    ledger: sqliteLedger(test.database, testPseudonyms),
    undos: sqliteUndoStore(test.database),
    again: async () => sqliteUndoStore(test.database),
    close: async () => test[Symbol.asyncDispose](),
  }
})
