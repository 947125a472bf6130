import { SqliteContactStore } from '../../civicrm/builtin/sqlite/sqliteContactStore.ts'
import { sqliteHistory } from '../../ledger/sqlite/history.ts'
import { sqliteLedger } from '../../ledger/sqlite/ledger.ts'
import { sqliteReleaseStore } from '../../releases/sqlite/releaseStore.ts'
import { sqliteRemovals } from '../../suppression/sqlite/removals.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeRunUndo } from '../running/conformance.ts'
import { sqliteUndoStore } from './undoStore.ts'

describeRunUndo('SQLite', async () => {
  const test = new TestDatabase()
  const { database } = test
  return {
    ledger: sqliteLedger(database, testPseudonyms),
    history: sqliteHistory(database),
    undos: sqliteUndoStore(database),
    removals: sqliteRemovals(database),
    releases: sqliteReleaseStore(database),
    contacts: (site, clock) => new SqliteContactStore({ database, site, clock }),
    close: async () => test[Symbol.asyncDispose](),
  }
})
