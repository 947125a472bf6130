import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { describeAlarmStore } from '../conformance.ts'
import { postgresAlarmStore } from './alarmStore.ts'

describeAlarmStore('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  return { store: postgresAlarmStore(await test.open()), close: async () => test[Symbol.asyncDispose]() }
})
