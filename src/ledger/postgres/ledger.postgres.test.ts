import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeLedger } from '../conformance.ts'
import { postgresLedger } from './ledger.ts'

const emptyDatabase = reusedPostgres()

describeLedger('PostgreSQL', async () => {
  const test = await emptyDatabase()
  return {
    ledger: postgresLedger(await test.open(), testPseudonyms),
    crash: async () => postgresLedger(await test.open(), testPseudonyms),
    close: async () => test.closeAll(),
  }
})
