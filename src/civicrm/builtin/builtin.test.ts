import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { systemClock } from '../../clock.ts'
import { behindSqlite } from '../../testing/builtinBench.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { BuiltinCrm } from './builtinCrm.ts'
import { describeContactStore } from './conformance.ts'
import { SqliteContactStore } from './sqlite/sqliteContactStore.ts'

describeContactStore('SQLite', async (clock) => {
  const test = new TestDatabase()
  const { database } = test
  return {
    ...behindSqlite(database),
    storeOf: (site) => new SqliteContactStore({ database, site, clock }),
    close: async () => test[Symbol.asyncDispose](),
  }
})

describe('the built-in contact store in SQLite', () => {
  it('is to the recorder like a CiviCRM in trouble when the disk fails', async () => {
    const test = new TestDatabase()
    onTestFinished(async () => test[Symbol.asyncDispose]())
    const store = new SqliteContactStore({ database: test.database, site: 'broken', clock: systemClock })
    const crm = new BuiltinCrm({ store, bounceTypes: defaultBounceTypes, clock: systemClock })
    const [contact] = await store.addContacts([{ name: 'Ann', emails: ['ann@example.org'] }])
    test.database.connection.exec('PRAGMA query_only = ON')
    await expect(crm.optOut([contact?.contactId ?? 0])).rejects.toMatchObject({
      name: 'CrmError',
      kind: 'server',
      unknown: false,
      passes: true,
    })
  })
})
