import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SqliteContactStore } from '../../civicrm/builtin/sqlite/sqliteContactStore.ts'
import { systemClock } from '../../clock.ts'
import { sqliteInbox } from '../../inbox/sqlite/inbox.ts'
import { sqliteLedger } from '../../ledger/sqlite/ledger.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describePersons } from '../conformance.ts'
import { sqlitePersonStore } from './personStore.ts'

describePersons('SQLite', async () => {
  const test = new TestDatabase()
  const { database } = test
  return {
    inbox: sqliteInbox(database),
    ledger: sqliteLedger(database, testPseudonyms),
    store: sqlitePersonStore(database),
    contacts: new SqliteContactStore({ database, site: 'alpha', clock: systemClock, pseudonyms: testPseudonyms }),
    execute: async (sql) => database.connection.exec(sql),
    columns: async () =>
      database
        .prepare<{ readonly name: string }>(`
          SELECT t.name || '.' || c.name AS name FROM sqlite_schema t, pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.type IN ('TEXT', 'BLOB')`)
        .all()
        .map(({ name }) => name),
    // The database and its log, free pages and all.
    bytes: async () =>
      Buffer.concat(readdirSync(test.folder).map((file) => readFileSync(path.join(test.folder, file)))),
    close: async () => test[Symbol.asyncDispose](),
  }
})
