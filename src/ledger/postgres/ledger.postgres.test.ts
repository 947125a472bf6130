import { postgresReceiverCounts } from '../../receivers/postgres/receiverCounts.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeLedger } from '../conformance.ts'
import { postgresLedger } from './ledger.ts'

const emptyDatabase = reusedPostgres()

describeLedger('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    ledger: postgresLedger(database, testPseudonyms),
    receivers: postgresReceiverCounts(database),
    crash: async () => postgresLedger(await test.open(), testPseudonyms),
    execute: async (sql) => database.run(sql),
    close: async () => test.closeAll(),
  }
})
