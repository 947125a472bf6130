import { sqliteRemovals } from '../../suppression/sqlite/removals.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeReleaseStore } from '../conformance.ts'
import { sqliteReleaseStore } from './releaseStore.ts'

describeReleaseStore('SQLite', async () => {
  const test = new TestDatabase()
  return {
    releases: sqliteReleaseStore(test.database),
    removals: sqliteRemovals(test.database),
    close: async () => test[Symbol.asyncDispose](),
  }
})
