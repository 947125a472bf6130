import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import { api4 } from '../civicrm/remote/api4.ts'
import { Connection } from '../civicrm/remote/connection.ts'
import { siteSchema } from '../settings/site.ts'
import { EndToEnd, freshAddress, type KeyName, keyNames } from '../testing/endToEnd.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'

let double: SuppressionDouble
let e2e: EndToEnd
beforeAll(async () => {
  double = await startSuppressionDouble()
  e2e = await EndToEnd.start({ suppressionLists: double.lists })
  for (const key of keyNames) {
    await e2e.bench.ask(['sites', 'edit', key, '--clear-suppression'])
    await e2e.bench.ask(['releases', 'look', key])
  }
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
  await double.close()
})

async function heldReader(key: KeyName, row?: SeededQueueRow): Promise<SeededQueueRow> {
  const { rows } = await e2e.testbed.seedMailing({ recipients: [row ?? { email: freshAddress() }] })
  const feed = e2e.feed(key)
  await e2e.tell(rows.map((one) => feed.report('bounce/Permanent/General', feed.mailing(one))))
  expect(await e2e.tables.person(rows[0]!)).toMatchObject({ onHold: 1 })
  return rows[0]!
}

/** As a person does it on CiviCRM's own page: without any date. */
async function releaseByStaff({ emailId }: SeededQueueRow): Promise<void> {
  const { crm } = siteSchema.parse(e2e.site('administrator'))
  if (crm.type !== 'civicrm') throw new Error('it is a CiviCRM')
  const connection = new Connection(crm, { apiKey: e2e.apiKey('administrator'), siteKey: null })
  const params = { where: [['id', '=', emailId]], values: { on_hold: 0 } }
  await api4(connection, { entity: 'Email', action: 'update', params, row: z.object({}) })
  await connection.close()
  expect(await e2e.testbed.sql('SELECT on_hold FROM civicrm_email WHERE id = ?', [emailId])).toEqual([{ on_hold: 0 }])
}

async function known(key: KeyName, email: string): Promise<unknown> {
  await e2e.bench.ask(['releases', 'look', key])
  const all = (await e2e.bench.ask(['releases', '--site', key, '--limit', '10000'])) as readonly {
    readonly address: string
  }[]
  return all.filter(({ address }) => address === email)
}

describe.each(keyNames)('releases at a real CiviCRM, with a key of the kind "%s"', (key) => {
  it('by staff are found, the first and the second of a row, and the suppression list is cleared', async () => {
    const reader = await heldReader(key)
    double.listed.add(reader.email)
    await releaseByStaff(reader)
    expect(await known(key, reader.email)).toMatchObject([{ form: 'reset', origin: 'civicrm' }])
    await expect.poll(() => double.listed.has(reader.email)).toBe(false)
    await e2e.testbed.sql('UPDATE civicrm_email SET reset_date = reset_date - INTERVAL 1 MINUTE WHERE id = ?', [
      reader.emailId,
    ])
    await heldReader(key, reader)
    await releaseByStaff(reader)
    expect(await known(key, reader.email)).toMatchObject([{ form: 'half' }, { form: 'reset' }])
  })

  it('by an undo are told apart', async () => {
    const reader = await heldReader(key)
    const domain = reader.email.split('@')[1]!
    expect(await e2e.bench.ask(['undo', '--site', key, '--domain', domain, '--yes'])).toMatchObject({ released: 1 })
    expect(await known(key, reader.email)).toMatchObject([{ form: 'reset', origin: 'undo' }])
  })
})
