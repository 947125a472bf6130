import { postgresInbox } from '../../inbox/postgres/inbox.ts'
import { postgresHistory } from '../../ledger/postgres/history.ts'
import { postgresLedger } from '../../ledger/postgres/ledger.ts'
import { postgresRefusedMessages } from '../../refused/postgres/refusedMessages.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeRetention } from '../conformance.ts'
import { postgresRetentionStore } from './retentionStore.ts'

const emptyDatabase = reusedPostgres()

describeRetention('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    inbox: postgresInbox(database),
    ledger: postgresLedger(database, testPseudonyms),
    history: postgresHistory(database),
    refused: postgresRefusedMessages(database),
    store: postgresRetentionStore(database, { pseudonyms: testPseudonyms }),
    close: async () => test.closeAll(),
  }
})
