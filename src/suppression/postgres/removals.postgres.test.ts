import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeRemovals } from '../conformance.ts'
import { postgresRemovals } from './removals.ts'

const emptyDatabase = reusedPostgres()

describeRemovals('PostgreSQL', async () => {
  const test = await emptyDatabase()
  return { removals: postgresRemovals(await test.open()), close: async () => test.closeAll() }
})
