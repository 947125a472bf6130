import { describe, expect, it } from 'vitest'
import { defaultBounceTypes } from '../../src/civimail/bounceTypes.ts'
import { BuiltinCrm } from '../../src/civicrm/builtin/builtinCrm.ts'
import { SqliteContactStore } from '../../src/civicrm/builtin/sqlite/sqliteContactStore.ts'
import { systemClock } from '../../src/clock.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { TestDatabase } from '../../src/testing/testDatabase.ts'
import { inTrouble, type TroubleName } from './trouble.ts'

/** Calls with four bounces each until every kind of trouble has come. @returns how many stood in the store after each */
async function calls(
  seed: string,
): Promise<ReadonlyMap<TroubleName, { readonly rows: number; readonly said: unknown }>> {
  await using test = new TestDatabase()
  const store = new SqliteContactStore({ database: test.database, site: 'main', clock: systemClock })
  const emails = Array.from({ length: 4 }, (_, index) => `person${index}@example.org`)
  const contacts = await store.addContacts(emails.map((email) => ({ name: email, emails: [email] })))
  const emailIds = contacts.flatMap((contact) => contact.emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  const bounces = queueRows.map(({ queueId, hash }) => ({
    reference: { jobId, queueId, hash, action: 'b', domain: 'crm.example.org' },
    bounceType: 'Quota' as const,
    reason: 'full',
    body: 'full',
  }))
  const told: TroubleName[] = []
  const builtin = new BuiltinCrm({ store, bounceTypes: defaultBounceTypes, clock: systemClock })
  const seen = new Map<TroubleName, { readonly rows: number; readonly said: unknown }>()
  const count = async (): Promise<number> => (await store.reasons(queueRows.map(({ queueId }) => queueId))).length
  for (let tried = 0; seen.size < 5 && tried < 100; tried += 1) {
    // A fresh one each time, so that none is still down.
    const crm = inTrouble(builtin, {
      share: 1,
      random: seededRandom(`${seed}${tried}`),
      tell: (name) => told.push(name),
    })
    const before = await count()
    const said = await crm.recordBounces(bounces).then(
      (outcomes) => outcomes.length,
      (error: unknown) => error,
    )
    seen.set(told.at(-1)!, { rows: (await count()) - before, said })
  }
  return seen
}

describe('a CRM in trouble', () => {
  it('has done what is said of it, and does not say so', async () => {
    const seen = await calls('trouble')
    expect(seen.get('slow')).toEqual({ rows: 4, said: 4 })
    expect(seen.get('down')).toMatchObject({ rows: 0, said: { name: 'CrmError', unknown: false } })
    expect(seen.get('nothing done')).toMatchObject({ rows: 0, said: { name: 'CrmError', unknown: true } })
    expect(seen.get('half done')).toMatchObject({ rows: 2, said: { name: 'CrmError', unknown: true } })
    expect(seen.get('silent')).toMatchObject({ rows: 4, said: { name: 'CrmError', unknown: true } })
  })
})
