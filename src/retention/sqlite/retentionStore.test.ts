import { sqliteInbox } from '../../inbox/sqlite/inbox.ts'
import { sqliteHistory } from '../../ledger/sqlite/history.ts'
import { sqliteLedger } from '../../ledger/sqlite/ledger.ts'
import { sqliteRefusedMessages } from '../../refused/sqlite/refusedMessages.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describeRetention } from '../conformance.ts'
import { sqliteRetentionStore } from './retentionStore.ts'

describeRetention('SQLite', async () => {
  const test = new TestDatabase()
  const { database } = test
  return {
    inbox: sqliteInbox(database),
    ledger: sqliteLedger(database, testPseudonyms),
    history: sqliteHistory(database),
    refused: sqliteRefusedMessages(database),
    store: sqliteRetentionStore(database, { pseudonyms: testPseudonyms }),
    close: async () => test[Symbol.asyncDispose](),
  }
})
