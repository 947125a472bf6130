import { beforeAll, describe, expect, it } from 'vitest'
import { testbedForTests } from '../../../../testbed/forTests.ts'
import type { Testbed } from '../../../../testbed/testbed.ts'
import { systemClock } from '../../../clock.ts'
import { siteSchema } from '../../../settings/site.ts'
import {
  type CivicrmUser,
  makeCivicrmUser,
  type NeededPermission,
  neededPermissions,
} from '../../../testing/civicrmUser.ts'
import { Connection } from '../connection.ts'
import { readReply } from '../replies.ts'
import { routes } from '../url.ts'
import type { SiteTestReport } from './report.ts'
import { testSite } from './siteTest.ts'

let testbed: Testbed
beforeAll(async () => {
  testbed = await testbedForTests()
})

const makeUser = async (permissions: readonly string[], user?: CivicrmUser | null): Promise<string> =>
  makeCivicrmUser(testbed, permissions, user)

async function run(
  apiKey: string,
  crm: Readonly<Record<string, unknown>> = {},
  siteKey: string | null = null,
): Promise<SiteTestReport> {
  const site = siteSchema.parse({
    id: 'main',
    name: 'Main',
    crm: { type: 'civicrm', url: testbed.url, ...crm },
    mail: { localpart: 'bounce+', domains: ['crm.example.org'] },
  })
  return testSite({ site, credential: { apiKey, siteKey }, clock: systemClock })
}

function failures(report: SiteTestReport): readonly string[] {
  return report.checks.flatMap(({ check, result, says, advice }) =>
    result === 'failed' ? [`${check}: ${says} ${advice ?? ''}`.trim()] : [],
  )
}

describe('testSite on a real CiviCRM', () => {
  it("is content with the least-privilege role's key and reminds of what it cannot see", async () => {
    const report = await run(testbed.apiKey)
    expect(failures(report)).toEqual([])
    expect(report).toMatchObject({ ok: true, administrator: false, timeZone: 'UTC+00:00' })
    expect(report.checks.filter(({ result }) => result === 'unknown').map(({ check }) => check)).toEqual([
      'bounceTypes',
      'mailSettings',
      'otherHandlers',
      'bounceMailbox',
    ])
  })

  it("sees everything with an administrator's key", async () => {
    const report = await run(testbed.adminApiKey)
    expect(report.checks.filter(({ result }) => result !== 'ok')).toEqual([])
    expect(report).toMatchObject({ ok: true, administrator: true })
  })

  it('changes nothing', async () => {
    const state = async (): Promise<unknown> =>
      testbed.sql(
        `SELECT (SELECT COUNT(*) FROM civicrm_mailing_event_bounce) AS bounces, (SELECT MAX(id) FROM civicrm_log) AS log,
         (SELECT MAX(modified_date) FROM civicrm_contact) AS modified, (SELECT SUM(on_hold) FROM civicrm_email) AS held`,
      )
    const before = await state()
    await run(testbed.adminApiKey)
    expect(await state()).toEqual(before)
  })

  it.each<readonly [NeededPermission, string]>([
    ['access CiviCRM', "The permission 'access CiviCRM' is missing"],
    ['access CiviMail', "The permission 'access CiviMail' is missing"],
    ['authenticate with api key', "Give 'authenticate with api key' to the role"],
    ['edit all contacts', "The permission 'edit all contacts' is missing"],
  ])('names %s where it is missing', async (permission, says) => {
    const key = await makeUser(neededPermissions.filter((one) => one !== permission))
    const found = failures(await run(key))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(says)
  })

  it("is content without 'view all contacts', which 'edit all contacts' includes", async () => {
    const key = await makeUser(neededPermissions.filter((one) => one !== 'view all contacts'))
    expect(failures(await run(key))).toEqual([])
  })

  it("names 'view all contacts' where nobody is to be seen", async () => {
    const key = await makeUser(['access CiviCRM', 'access CiviMail', 'authenticate with api key'])
    expect(failures(await run(key))).toEqual([
      expect.stringContaining("The permission 'view all contacts' is missing; finding a person by address needs it."),
    ])
  })

  it('takes the site key instead of the permission for keys', async () => {
    const key = await makeUser(neededPermissions.filter((one) => one !== 'authenticate with api key'))
    expect(failures(await run(key, {}, testbed.siteKey))).toEqual([])
  })

  it('says that a contact without a user cannot log in, nor a blocked user, nor an unknown key', async () => {
    const noUser = failures(await run(await makeUser([], null)))
    const blocked = failures(await run(await makeUser(neededPermissions, { active: false })))
    const unknown = failures(await run('no-such-key'))
    expect([noUser, blocked, unknown]).toEqual([
      [expect.stringMatching(/^login: .*HTTP 401.*the contact needs a user/)],
      [expect.stringMatching(/^login: .*HTTP 401/)],
      [expect.stringMatching(/^login: .*HTTP 401 Invalid credential/)],
    ])
  })

  it.each(['wordpress', 'joomla'])('says that the form %s is the wrong one, and which is right', async (urlForm) => {
    expect(failures(await run(testbed.apiKey, { urlForm }))).toEqual([
      expect.stringMatching(/^address: .*The form 'clean' works: set it with "sites edit" and --url-form clean\.$/),
    ])
  })

  it('measures the zone in which CiviCRM writes for this user', async () => {
    const key = await makeUser(neededPermissions, { timeZone: 'Asia/Kathmandu' })
    expect(await run(key)).toMatchObject({ ok: true, timeZone: 'UTC+05:45' })
    expect(await run(key, { timeZone: 'Asia/Kathmandu' })).toMatchObject({ ok: true, timeZone: 'Asia/Kathmandu' })
    const wrong = await run(key, { timeZone: 'America/New_York' })
    expect(wrong).toMatchObject({ ok: false, timeZone: null })
    expect(failures(wrong)).toEqual([
      expect.stringMatching(/^timeZone: The site's clock shows .* in America\/New_York/),
    ])
  })

  it('says that the site is in maintenance mode', async () => {
    const connection = new Connection(
      { url: testbed.url, urlForm: 'clean', timeoutSeconds: 10 },
      { apiKey: testbed.adminApiKey, siteKey: null },
    )
    const maintain = async (on: string): Promise<void> => {
      const params = JSON.stringify({ values: { core_maintenance_mode: on } })
      readReply(await connection.post(routes.api4('Setting', 'set'), { params }), { call: 'Setting.set', writes: true })
    }
    await maintain('1')
    try {
      expect(failures(await run(testbed.apiKey))[0]).toMatch(/^accessCivicrm: .*maintenance.*HTTP 503/)
    } finally {
      await maintain('0')
      await connection.close()
    }
  })
})
