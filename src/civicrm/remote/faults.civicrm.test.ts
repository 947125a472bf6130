import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../../testbed/forTests.ts'
import type { SeededQueueRow } from '../../../testbed/seeded.ts'
import type { Testbed } from '../../../testbed/testbed.ts'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { systemClock } from '../../clock.ts'
import { siteSchema } from '../../settings/site.ts'
import { bounceOf } from '../../testing/crmBench.ts'
import { RemoteCrm } from './remoteCrm.ts'

/** What a real CiviCRM does when its parts fail, and what we make of it. */

let testbed: Testbed
beforeAll(async () => {
  testbed = await testbedForTests()
})
afterEach(async () => {
  await testbed.startDatabase()
  await testbed.startPhp()
  await testbed.resumePhp()
})

async function withCrm<T>(timeoutSeconds: number, work: (crm: RemoteCrm) => Promise<T>): Promise<T> {
  const { crm: settings } = siteSchema.parse({
    id: 'main',
    name: 'Main',
    crm: { type: 'civicrm', url: testbed.url, timeoutSeconds },
  })
  if (settings.type !== 'civicrm') throw new Error('asked for a remote site')
  const crm = new RemoteCrm({
    settings,
    credential: { apiKey: testbed.apiKey, siteKey: null },
    bounceTypes: defaultBounceTypes,
    clock: systemClock,
  })
  try {
    return await work(crm)
  } finally {
    await crm.close()
  }
}

async function seedRow(): Promise<SeededQueueRow> {
  const { rows } = await testbed.seedMailing({ recipients: [{ email: `fault.${Date.now()}@example.org` }] })
  const [row] = rows
  if (row === undefined) throw new Error('a mailing to one has one queue row')
  return row
}

async function bouncesOf(row: SeededQueueRow): Promise<number> {
  const [count] = await testbed.sql('SELECT COUNT(*) AS n FROM civicrm_mailing_event_bounce WHERE event_queue_id = ?', [
    row.queueId,
  ])
  return Number(count?.['n'])
}

describe('a real CiviCRM in trouble', () => {
  it('whose PHP hangs may still record later what it did not answer', async () => {
    const row = await seedRow()
    await testbed.freezePhp()
    await withCrm(1, async (crm) => {
      await expect(crm.recordBounces([bounceOf(row, 'Quota')])).rejects.toMatchObject({
        kind: 'timeout',
        unknown: true,
        passes: true,
      })
    })
    expect(await bouncesOf(row)).toBe(0)
    await testbed.resumePhp()
    await expect.poll(async () => bouncesOf(row)).toBe(1)
  })

  it('whose e-mail row is locked may have recorded a bounce that it reports as failed', async () => {
    const row = await seedRow()
    await testbed.withConnection(async (connection) => {
      await connection.beginTransaction()
      await connection.query('SELECT id FROM civicrm_email WHERE id = ? FOR UPDATE', [row.emailId])
      await withCrm(1, async (crm) => {
        await expect(crm.recordBounces([bounceOf(row, 'Invalid')])).rejects.toMatchObject({
          kind: 'timeout',
          unknown: true,
        })
      })
      await connection.rollback()
    })
    await expect.poll(async () => bouncesOf(row)).toBe(1)
  })

  it('whose PHP is gone has surely done nothing', async () => {
    const row = await seedRow()
    await testbed.killPhp()
    await withCrm(5, async (crm) => {
      await expect(crm.recordBounces([bounceOf(row, 'Quota')])).rejects.toMatchObject({
        kind: 'unreachable',
        unknown: false,
        passes: true,
      })
    })
    expect(await bouncesOf(row)).toBe(0)
  })

  it('whose database is gone fails in a way that passes', async () => {
    const row = await seedRow()
    await testbed.stopDatabase()
    await withCrm(20, async (crm) => {
      await expect(crm.recordBounces([bounceOf(row, 'Quota')])).rejects.toMatchObject({ kind: 'server', passes: true })
      await expect(crm.findAddresses([row.email])).rejects.toMatchObject({ kind: 'server', passes: true })
    })
  })
})
