import { systemClock } from '../../clock.ts'
import { SharedClock } from '../../database/postgres/sharedClock.ts'
import { PostgresTestDatabase } from '../../testing/postgresDatabase.ts'
import { describeLeases } from '../conformance.ts'
import { PostgresLeases } from './leases.ts'

describeLeases('PostgreSQL', async () => {
  const test = await PostgresTestDatabase.create()
  const [one, other] = [await test.open(), await test.open()]
  return {
    leases: await PostgresLeases.open(one, new SharedClock(systemClock)),
    others: await PostgresLeases.open(other, new SharedClock(systemClock)),
    // As if everybody had said it so much earlier.
    pass: async (ms) =>
      void (await one.run(`UPDATE instance SET until = until - $1::bigint * interval '1 millisecond'`, [ms])),
    heard: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const end = await other.listen('test_heard', (message) => {
        if (message !== null) resolve()
      })
      // A connection hears messages in the order in which they were sent.
      await one.query(`SELECT pg_notify('test_heard', '')`)
      await promise
      end()
    },
    close: async () => test[Symbol.asyncDispose](),
  }
})
