import { postgresLedger } from '../../ledger/postgres/ledger.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeUndoStore } from '../conformance.ts'
import { postgresUndoStore } from './undoStore.ts'

const emptyDatabase = reusedPostgres()

describeUndoStore('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    ledger: postgresLedger(database, testPseudonyms),
    undos: postgresUndoStore(database),
    again: async () => postgresUndoStore(await test.open()),
    close: async () => test.closeAll(),
  }
})
