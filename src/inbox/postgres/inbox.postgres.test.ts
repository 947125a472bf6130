import { reusedPostgres } from '../../testing/postgresDatabase.ts'
import { describeInbox } from '../conformance.ts'
import { postgresInbox } from './inbox.ts'

const emptyDatabase = reusedPostgres()

describeInbox('PostgreSQL', async () => {
  const test = await emptyDatabase()
  return {
    inbox: postgresInbox(await test.open()),
    crash: async () => postgresInbox(await test.open()),
    close: async () => test.closeAll(),
    sideBySide: true,
  }
})
