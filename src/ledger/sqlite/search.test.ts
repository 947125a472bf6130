import { afterAll, describe, expect, it } from 'vitest'
import { TestDatabase } from '../../testing/testDatabase.ts'
import type { EventFilter } from '../ledger.ts'
import { searchQuery } from './search.ts'

const test = new TestDatabase()
afterAll(async () => test[Symbol.asyncDispose]())

/** How SQLite goes about it, in its own words. */
function planOf(filter: Omit<EventFilter, 'limit'>): string {
  const { sql, values } = searchQuery({ ...filter, limit: 50 })
  const rows = test.database.prepare<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values)
  return rows.map(({ detail }) => detail).join('\n')
}

describe('a search of the ledger', () => {
  it.each<[Omit<EventFilter, 'limit'>, string]>([
    [{}, 'SCAN mail_event USING INDEX mail_event_seen'],
    [{ since: 1, before: 2 }, 'SEARCH mail_event USING INDEX mail_event_seen (first_seen_at>? AND first_seen_at<?)'],
    [{ recipient: 'a@example.org', kind: 'bounce', site: 'a' }, 'mail_event_recipient (recipient=?)'],
    [{ recipient: 'a@example.org', effectState: 'done' }, 'mail_event_recipient (recipient=?)'],
    [{ standing: 'person', site: 'a', kind: 'complaint' }, 'mail_event_standing (standing=?)'],
    [{ standing: 'effective', site: 'a' }, 'mail_event_site (site=?)'],
    [{ standing: 'none' }, 'mail_event_standing (standing=?)'],
    [{ site: 'a', kind: 'bounce', since: 1 }, 'mail_event_site_kind (site=? AND kind=? AND first_seen_at>?)'],
    [{ kind: 'bounce' }, 'mail_event_kind (kind=?)'],
    [{ effectState: 'uncertain', site: 'a' }, 'SEARCH effect USING COVERING INDEX effect_state (state=?)'],
    [{ effectState: 'watched', since: 1 }, 'SEARCH effect USING COVERING INDEX effect_state (state=? AND seen_at>?)'],
  ])('by %j goes by the index that leaves least, in the order of the list', (filter, step) => {
    const plan = planOf(filter)
    expect(plan).toContain(step)
    expect(plan).not.toContain('TEMP B-TREE')
    // Looked up for each row of the list: all effects of a state would be tried each time.
    expect(plan).not.toMatch(/other USING .*effect_state/)
  })
})
