import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeLedger } from '../conformance.ts'
import { postgresLedger } from './ledger.ts'

const emptyDatabase = reusedPostgres()

describeLedger('PostgreSQL', async () => {
  const test = await emptyDatabase()
  return {
    ledger: postgresLedger(await test.open()),
    crash: async () => postgresLedger(await test.open()),
    close: async () => test.closeAll(),
  }
})
