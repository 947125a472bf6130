import { PostgresContactStore } from '../../civicrm/builtin/postgres/postgresContactStore.ts'
import { systemClock } from '../../clock.ts'
import { postgresInbox } from '../../inbox/postgres/inbox.ts'
import { postgresLedger } from '../../ledger/postgres/ledger.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { testPseudonyms } from '../../testing/testPseudonyms.ts'
import { describePersons } from '../conformance.ts'
import { postgresPersonStore } from './personStore.ts'

const emptyDatabase = reusedPostgres()

describePersons('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  const columns = await database.query<{ readonly table: string; readonly name: string }>(`
    SELECT table_name AS "table", column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type IN ('text', 'bytea') AND table_name <> 'civicrm_ses_schema'`)
  return {
    inbox: postgresInbox(database),
    ledger: postgresLedger(database, testPseudonyms),
    store: postgresPersonStore(database),
    contacts: new PostgresContactStore({ database, site: 'alpha', clock: systemClock, pseudonyms: testPseudonyms }),
    execute: async (sql) => database.transaction(async (queries) => queries.script(sql)),
    columns: async () => columns.map(({ table, name }) => `${table}.${name}`),
    // As a dump has it: every value of every row; bytes also as they are.
    bytes: async () => {
      const parts: Buffer[] = []
      for (const { table, name } of columns) {
        const rows = await database.query<{ readonly text: string | null }>(
          `SELECT ${name}::text AS text FROM ${table}`,
        )
        for (const { text } of rows) {
          parts.push(Buffer.from(text ?? ''))
          if (text?.startsWith('\\x') === true) parts.push(Buffer.from(text.slice(2), 'hex'))
        }
      }
      return Buffer.concat(parts)
    },
    close: async () => test.closeAll(),
  }
})
