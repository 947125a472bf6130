import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../../testbed/forTests.ts'
import type { Testbed } from '../../../testbed/testbed.ts'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import { systemClock } from '../../clock.ts'
import { siteSchema } from '../../settings/site.ts'
import { bounceOf, CrmScene } from '../../testing/crmBench.ts'
import { remoteBench } from '../../testing/remoteBench.ts'
import { reasonLimit } from '../../civimail/reason.ts'
import { RemoteCrm } from './remoteCrm.ts'

/** What fits into one request to a real CiviCRM with the limits of an ordinary host, and into its oldest tables. */

let testbed: Testbed
let scene: CrmScene
beforeAll(async () => {
  testbed = await testbedForTests()
  scene = new CrmScene(remoteBench(testbed, testbed.adminApiKey))
})
afterAll(async () => scene.crm.close())

/** The longest reasons that there are, of characters that take most in a form field. */
const longest = (marker: string): string => `SES Permanent/General [${marker}] ${'€📪ü'.repeat(100)}`

describe('one request to a real CiviCRM', () => {
  it('carries as many bounces as the settings allow at most, each with the longest reason', async () => {
    const addresses = Array.from({ length: 500 }, () => scene.address())
    const { rows } = await testbed.seedMailing({ recipients: addresses.map((email) => ({ email })) })
    const { crm: settings } = siteSchema.parse({
      id: 'x',
      name: 'x',
      crm: { type: 'civicrm', url: testbed.url, batchSize: 500 },
    })
    if (settings.type !== 'civicrm') throw new Error('asked for a remote site')
    let requests = 0
    const crm = new RemoteCrm({
      settings,
      credential: { apiKey: testbed.apiKey, siteKey: null },
      bounceTypes: defaultBounceTypes,
      clock: systemClock,
      onRequest: () => (requests += 1),
    })
    const outcomes = await crm.recordBounces(rows.map((row, index) => bounceOf(row, 'Quota', longest(`m${index}`))))
    expect(requests).toBe(1)
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['recorded']))
    const [stored] = await testbed.sql(
      `SELECT COUNT(*) AS bounces, MIN(LENGTH(bounce_reason)) AS least, MAX(LENGTH(bounce_reason)) AS most
       FROM civicrm_mailing_event_bounce WHERE event_queue_id BETWEEN ? AND ?`,
      [rows[0]?.queueId ?? 0, rows.at(-1)?.queueId ?? 0],
    )
    expect(stored).toMatchObject({ bounces: 500 })
    expect(Number(stored?.['most'])).toBeLessThanOrEqual(reasonLimit)
    // Whole characters only.
    expect(Number(stored?.['least'])).toBeGreaterThan(reasonLimit - 3)

    expect(await crm.findAddresses(addresses)).toHaveLength(500)
    expect(await crm.hold(rows.map(({ emailId }) => emailId))).toHaveLength(500)
    await crm.close()
  })
})

describe('a bounce table as old installations have it, of 255 characters without emoji', () => {
  const table = 'civicrm_mailing_event_bounce'

  /** The column as it stands, to put it back. */
  const asItIs = async (): Promise<string> => {
    const [row] = await testbed.sql(`SHOW CREATE TABLE ${table}`)
    const line = /^ *(`bounce_reason` .*?),?$/m.exec(String(row?.['Create Table']))?.[1]
    if (line === undefined) throw new Error('the table has no such column')
    return line
  }

  it('takes the longest reasons, and the marker is found in them', async () => {
    const row = await scene.sent()
    const before = await asItIs()
    await testbed.sql(
      `ALTER TABLE ${table} MODIFY bounce_reason varchar(255) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci DEFAULT NULL`,
    )
    try {
      const outcomes = await scene.crm.recordBounces([
        bounceOf(row, 'Quota', longest('abcdefgh2345')),
        bounceOf(row, 'Quota', `[zyxwvuts7654] ${'📪'.repeat(254)}`),
      ])
      expect(outcomes).toEqual([{ outcome: 'recorded' }, { outcome: 'recorded' }])
      const stored = await scene.bench.bounces(row.queueId)
      expect(stored.map(({ reason }) => reason.slice(0, 45))).toEqual([
        'SES Permanent/General [abcdefgh2345] €\uFFFDü€\uFFFDü€\uFFFD',
        `[zyxwvuts7654] ${'\uFFFD'.repeat(30)}`,
      ])
      for (const { reason } of stored) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(reasonLimit)
      const looks = ['[abcdefgh2345]', '[zyxwvuts7654]'].map((marker) => ({ queueId: row.queueId, marker }))
      expect(await scene.crm.findRecorded(looks)).toEqual(new Set(looks.map(({ marker }) => marker)))
    } finally {
      await testbed.sql(`ALTER TABLE ${table} MODIFY ${before}`)
      expect(await asItIs()).toBe(before)
    }
  })
})
