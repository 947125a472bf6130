import { postgresRemovals } from '../../suppression/postgres/removals.ts'
import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeReleaseStore } from '../conformance.ts'
import { postgresReleaseStore } from './releaseStore.ts'

const emptyDatabase = reusedPostgres()

describeReleaseStore('PostgreSQL', async () => {
  const test = await emptyDatabase()
  const database = await test.open()
  return {
    releases: postgresReleaseStore(database),
    removals: postgresRemovals(database),
    close: async () => test.closeAll(),
  }
})
