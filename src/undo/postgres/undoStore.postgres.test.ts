import { postgresLedger } from '../../ledger/postgres/ledger.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeUndoStore } from '../conformance.ts'
import { postgresUndoStore } from './undoStore.ts'

const emptyDatabase = reusedPostgres()

describeUndoStore('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    ledger: postgresLedger(database),
    undos: postgresUndoStore(database),
    again: async () => postgresUndoStore(await test.open()),
    close: async () => test.closeAll(),
  }
})
