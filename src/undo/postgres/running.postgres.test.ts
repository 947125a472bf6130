import { PostgresContactStore } from '../../civicrm/builtin/postgres/postgresContactStore.ts'
import { postgresHistory } from '../../ledger/postgres/history.ts'
import { postgresLedger } from '../../ledger/postgres/ledger.ts'
import { postgresReleaseStore } from '../../releases/postgres/releaseStore.ts'
import { postgresRemovals } from '../../suppression/postgres/removals.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeRunUndo } from '../running/conformance.ts'
import { postgresUndoStore } from './undoStore.ts'

const emptyDatabase = reusedPostgres()

describeRunUndo('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    ledger: postgresLedger(database, testPseudonyms),
    history: postgresHistory(database),
    undos: postgresUndoStore(database),
    removals: postgresRemovals(database),
    releases: postgresReleaseStore(database),
    contacts: (site, clock) => new PostgresContactStore({ database, site, clock }),
    close: async () => test.closeAll(),
  }
})
