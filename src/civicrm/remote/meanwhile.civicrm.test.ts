import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { api3 } from '../../../testbed/api.ts'
import { testbedForTests } from '../../../testbed/forTests.ts'
import type { Testbed } from '../../../testbed/testbed.ts'
import { makeCivicrmUser, type NeededPermission, neededPermissions } from '../../testing/civicrmUser.ts'
import { type BenchQueueRow, bounceOf, CrmScene } from '../../testing/crmBench.ts'
import { remoteBench } from '../../testing/remoteBench.ts'
import { CrmError } from '../crm.ts'

/** What staff do in a real CiviCRM between the look at it and the call, and how each call takes it. */

let testbed: Testbed
beforeAll(async () => {
  testbed = await testbedForTests()
})

const administrator = async (entity: string, action: string, parameters: object): Promise<void> => {
  const { json } = await api3(testbed, testbed.adminApiKey, entity, action, parameters)
  expect(json).toMatchObject({ is_error: 0 })
}

describe.each([
  { key: "the least-privilege role's key", readBack: false },
  { key: "an administrator's key", readBack: true },
])('a contact that is, since it was looked at, with $key', ({ readBack }) => {
  let scene: CrmScene
  beforeAll(() => {
    scene = new CrmScene(remoteBench(testbed, readBack ? testbed.adminApiKey : testbed.apiKey))
  })
  afterAll(async () => scene.crm.close())

  it('in the bin: a bounce is recorded on the mailing, and nobody is opted out', async () => {
    const row = await scene.sent()
    await administrator('Contact', 'delete', { id: row.contactId })
    expect(await scene.crm.optOut([row.contactId])).toEqual([])
    expect(await scene.record(row, 'Invalid')).toEqual(['recorded'])
    expect(await scene.found(row.email)).toEqual([])
    expect(await scene.bench.optedOut(row.contactId)).toBe(false)
  })

  it('gone for good: a bounce goes by the address, and flags pass it over', async () => {
    const row = await scene.sent()
    await administrator('Contact', 'delete', { id: row.contactId, skip_undelete: 1 })
    expect(await scene.record(row, 'Invalid')).toEqual(['gone'])
    expect(await scene.crm.optOut([row.contactId])).toEqual([])
    expect(await scene.crm.hold([row.emailId])).toEqual([])
    expect(await scene.found(row.email)).toEqual([])
  })

  it('merged into another contact: a bounce holds the row that was mailed, and no other', async () => {
    const [row, other] = [await scene.sent(), await scene.sent()]
    const merge = { to_keep_id: other.contactId, to_remove_id: row.contactId, mode: 'aggressive' }
    await administrator('Contact', 'merge', merge)
    expect(await scene.crm.optOut([row.contactId])).toEqual([])
    expect(await scene.record(row, 'Invalid')).toEqual(['recorded'])
    expect([await scene.held(row), await scene.held(other)]).toEqual([true, false])
    expect(await scene.bench.optedOut(other.contactId)).toBe(false)
  })

  it('its mailing was archived, lost its job, or was deleted: the queue row is what counts', async () => {
    const [archived, jobless, deleted] = [await scene.sent(), await scene.sent(), await scene.sent()]
    const mailingOf = async ({ jobId }: BenchQueueRow): Promise<number> => {
      const [job] = await testbed.sql('SELECT mailing_id FROM civicrm_mailing_job WHERE id = ?', [jobId])
      return Number(job?.['mailing_id'])
    }
    await administrator('Mailing', 'delete', { id: await mailingOf(deleted) })
    await testbed.sql('UPDATE civicrm_mailing SET is_archived = 1 WHERE id = ?', [await mailingOf(archived)])
    await testbed.sql('DELETE FROM civicrm_mailing_job WHERE id = ?', [jobless.jobId])
    for (const row of [archived, jobless, deleted]) {
      expect(await scene.record(row, 'Invalid')).toEqual(['recorded'])
      expect(await scene.held(row)).toBe(true)
    }
  })
})

describe('a role from which a permission was taken since', () => {
  it.each<readonly [NeededPermission, readonly string[]]>([
    ['edit all contacts', ['permission', 'permission', 'permission', 'recorded']],
    ['access CiviMail', ['number', 'number', 'number', 'permission']],
    ['authenticate with api key', ['credential', 'credential', 'credential', 'credential']],
    ['access CiviCRM', ['number', 'number', 'number', 'credential']],
  ])('%s: what it may no longer do is a fault that is told of, never a silent nothing', async (missing, ends) => {
    const permissions = neededPermissions.filter((one) => one !== missing)
    const scene = new CrmScene(remoteBench(testbed, await makeCivicrmUser(testbed, permissions)))
    const [row, out] = [await scene.sent(), await scene.sent({ optedOut: true })]
    const endOf = async (work: Promise<readonly unknown[]>): Promise<string> => {
      try {
        const [done] = await work
        return JSON.stringify(done).includes('recorded') ? 'recorded' : typeof done
      } catch (error: unknown) {
        if (!(error instanceof CrmError)) throw error
        return error.kind + (error.unknown ? '?' : '') + (error.passes ? '~' : '')
      }
    }
    expect([
      await endOf(scene.crm.hold([row.emailId])),
      await endOf(scene.crm.optOut([row.contactId])),
      await endOf(scene.crm.optIn([out.contactId])),
      await endOf(scene.crm.recordBounces([bounceOf(row, 'Quota')])),
    ]).toEqual(ends)
    await scene.crm.close()
  })

  it('of view and edit: nobody is taken for unknown', async () => {
    const key = await makeCivicrmUser(testbed, ['access CiviCRM', 'access CiviMail', 'authenticate with api key'])
    const scene = new CrmScene(remoteBench(testbed, key))
    const { email } = await scene.seed()
    await expect(scene.crm.findAddresses([email])).rejects.toMatchObject({ kind: 'permission', passes: false })
    await scene.crm.close()
  })

  it("of 'administer CiviCRM': it goes on without what only an administrator sees", async () => {
    const key = await makeCivicrmUser(testbed, [...neededPermissions, 'administer CiviCRM'])
    const scene = new CrmScene(remoteBench(testbed, key))
    const row = await scene.sent()
    expect(await scene.crm.findQueueRows([row.queueId])).toMatchObject([{ queueId: row.queueId }])
    const list = `\u0001${neededPermissions.join('\u0001')}\u0001`
    await testbed.sql('UPDATE civicrm_role SET permissions = ? WHERE name = ?', [list, key])
    expect(await scene.crm.findQueueRows([row.queueId])).toBe('unknown')
    expect(await scene.crm.findOwnOptOuts([row.contactId])).toBe('unknown')
    await scene.crm.close()
  })
})
