import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeAlarmStore } from '../conformance.ts'
import { sqliteAlarmStore } from './alarmStore.ts'

describeAlarmStore('SQLite', async () => {
  const test = new TestDatabase()
  return { store: sqliteAlarmStore(test.database), close: async () => test[Symbol.asyncDispose]() }
})
