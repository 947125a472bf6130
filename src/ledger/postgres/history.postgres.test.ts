import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeHistory } from '../history/conformance.ts'
import { postgresHistory } from './history.ts'
import { postgresLedger } from './ledger.ts'

describeHistory('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  const database = await test.open()
  return {
    ledger: postgresLedger(database, testPseudonyms),
    history: postgresHistory(database),
    close: async () => test[Symbol.asyncDispose](),
  }
})
