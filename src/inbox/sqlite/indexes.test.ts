import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notification, receivedAt } from '../../testing/notifications.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import type { Inbox } from '../inbox.ts'
import { sqliteInbox } from './inbox.ts'

const test = new TestDatabase()
let inbox: Inbox

/** Entries of an index, as the table that SQLite keeps of its pages counts them. */
function entriesOf(index: string): number {
  const sql = `SELECT coalesce(sum(ncell), 0) AS entries FROM dbstat WHERE name = '${index}'`
  return test.database.prepare<{ readonly entries: number }>(sql).get()?.entries ?? -1
}

beforeAll(async () => {
  inbox = sqliteInbox(test.database)
  await Promise.all(Array.from({ length: 300 }, async (_, index) => inbox.accept(notification(index))))
  const now = receivedAt
  const claimed = await inbox.claim({ owner: 'one', site: 'alpha', limit: 298, now, leaseUntil: now + 1 })
  await inbox.settle(
    'one',
    claimed.map(({ id }) =>
      id % 100 === 0 ? { id, end: 'dead', at: now, code: 'C', reason: 'r' } : { id, end: 'recorded', at: now },
    ),
  )
  // Of the two that are left one is claimed.
  await inbox.claim({ owner: 'two', site: 'alpha', limit: 1, now, leaseUntil: now + 1 })
})
afterAll(async () => test[Symbol.asyncDispose]())

describe('the indexes by which the inbox is claimed', () => {
  it('know only what waits, however much was recorded', () => {
    expect(entriesOf('notification_line')).toBe(2)
    expect(entriesOf('notification_due')).toBe(1)
    expect(entriesOf('notification_dead')).toBe(2)
    expect(entriesOf('notification_identity')).toBe(300)
  })

  it('do not hold the message: a claim rewrites a short row', () => {
    const sql = `SELECT max(mx_payload) AS bytes FROM dbstat WHERE name = 'notification'`
    expect(test.database.prepare<{ readonly bytes: number }>(sql).get()?.bytes).toBeLessThan(200)
  })
})
