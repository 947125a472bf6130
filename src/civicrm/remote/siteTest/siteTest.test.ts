import { describe, expect, it } from 'vitest'
import { badAnswers, json, page, stubForTest, type StubAnswer, type StubRequest } from '../../../testing/crmStub.ts'
import { siteSchema, storedSiteSchema } from '../../../settings/site.ts'
import type { CheckName, SiteTestReport } from './report.ts'
import { testSite } from './siteTest.ts'

const clock = { now: () => Date.now() }

/** A CiviCRM in miniature, by route and call; what is not named answers like an administrator's. */
function civicrm(answers: Readonly<Record<string, StubAnswer>>): (request: StubRequest) => StubAnswer {
  const all: Readonly<Record<string, StubAnswer>> = {
    'civicrm/authx/id': json({ contact_id: 3, user_id: 2, flow: 'xheader', cred: 'api_key' }),
    'civicrm/ajax/rest': json([{ is_error: 1, error_code: 'mandatory_missing', error_message: 'Mandatory key(s)' }]),
    'Entity/get': json({ values: [{ name: 'Contact' }] }),
    'Contact/get': json({ values: [{ id: 1 }] }),
    'Contact/checkAccess': json({ values: [{ access: true, id: 1 }] }),
    'Email/get': json({
      values: [{ id: 1, site_now: new Date().toLocaleString('sv-SE', { timeZone: 'Asia/Tokyo' }) }],
    }),
    'MailingEventBounce/get': json({ values: [] }),
    'BounceType/get': json({ values: [] }),
    'MailSettings/get': json({ values: [{ localpart: 'bounce+', domain: 'crm.example.org' }] }),
    'Setting/get': json({ values: [{ name: 'verpSeparator', value: '.' }] }),
    'Extension/get': json({ values: [] }),
    'Job/get': json({ values: [] }),
    ...answers,
  }
  return ({ path }) => all[path.replace(/^\/(civicrm\/ajax\/api4\/)?/, '')] ?? page(404, 'Not Found')
}

async function run(
  answer: (request: StubRequest) => StubAnswer,
  crm: Readonly<Record<string, unknown>> = {},
  apiKey: string | null = 'key-of-a-test',
): Promise<{ readonly report: SiteTestReport; readonly requests: readonly StubRequest[] }> {
  const stub = await stubForTest(answer)
  const site = storedSiteSchema.parse({
    id: 'main',
    name: 'Main',
    crm: { type: 'civicrm', url: stub.url, ...crm },
    mail: { localpart: 'bounce+', domains: ['crm.example.org'] },
  })
  const credential = apiKey === null ? null : { apiKey, siteKey: null }
  return { report: await testSite({ site, credential, clock }), requests: stub.requests }
}

function results(report: SiteTestReport): string {
  return report.checks.map(({ check, result }) => `${check} ${result}`).join(', ')
}

function about(report: SiteTestReport, check: CheckName): string {
  const found = report.checks.find((one) => one.check === check)
  return `${found?.result}: ${found?.says} ${found?.advice ?? ''}`.trim()
}

const notPermitted = badAnswers.forbiddenJson
const nothing = json({ values: [] })

/** A WordPress without clean URLs, whose CiviCRM does not know the key. */
function wordpress({ path }: StubRequest): StubAnswer {
  return path.startsWith('/?civiwp=CiviCRM') ? badAnswers.badKey : page(404, 'Nothing here')
}

describe('testSite', () => {
  it('finds a good site good, and changes nothing', async () => {
    const { report, requests } = await run(civicrm({}))
    expect(report).toMatchObject({ ok: true, administrator: true, timeZone: 'UTC+09:00' })
    expect(results(report)).toBe(
      'connection ok, address ok, login ok, accessCivicrm ok, accessCivimail ok, viewContacts ok, editContacts ok, ' +
        'administrator ok, timeZone ok, bounceTypes warning, mailSettings ok, otherHandlers ok, bounceMailbox ok',
    )
    const writing = requests.filter(({ path }) => /(update|create|save|delete|replace)$/.test(path))
    expect(writing).toEqual([])
    const bounces = requests.filter(({ path }) => path.endsWith('/rest')).map(({ fields }) => fields['json'])
    expect(bounces).toEqual(['[["Mailing","event_bounce",{"job_id":1}]]'])
  })

  it.each<readonly [Readonly<Record<string, StubAnswer>>, CheckName, string]>([
    [{ 'Entity/get': notPermitted }, 'accessCivicrm', "The permission 'access CiviCRM' is missing"],
    [{ 'civicrm/ajax/rest': badAnswers.unauthorized }, 'accessCivimail', "The permission 'access CiviMail' is missing"],
    [{ 'Contact/get': nothing }, 'viewContacts', "The permission 'view all contacts' is missing"],
    [
      { 'Contact/checkAccess': json({ values: [{ access: false, id: null }] }) },
      'editContacts',
      "The permission 'edit all contacts' is missing",
    ],
    [{ 'civicrm/authx/id': badAnswers.guard }, 'login', "Give 'authenticate with api key' to the role"],
    [{ 'civicrm/authx/id': badAnswers.badKey }, 'login', 'Check the API key'],
    [{ 'civicrm/authx/id': json({ contact_id: 3, user_id: null }) }, 'login', 'Create a user for that contact'],
    [{ 'civicrm/authx/id': json({ contact_id: null, user_id: null }) }, 'login', 'removes the header X-Civi-Auth'],
    [{ 'civicrm/authx/id': page(200, 'Home') }, 'address', 'a web page instead of the API'],
    [{ 'civicrm/authx/id': badAnswers.redirect }, 'address', 'none of the forms'],
    [{ 'civicrm/authx/id': badAnswers.maintenancePage }, 'connection', 'unavailable'],
    [{ 'Entity/get': badAnswers.maintenance }, 'accessCivicrm', 'maintenance'],
    [{ 'civicrm/ajax/rest': badAnswers.fault }, 'accessCivimail', 'an internal error'],
  ])('with %j fails at %s: %s', async (answers, check, says) => {
    const { report } = await run(civicrm(answers))
    expect(report.ok).toBe(false)
    expect(about(report, check)).toContain(says)
    expect(about(report, check)).toMatch(/^failed/)
  })

  it('gives up waiting for a site that never answers', async () => {
    const { report } = await run(civicrm({ 'civicrm/authx/id': badAnswers.hang }), { timeoutSeconds: 1 })
    expect(about(report, 'connection')).toMatch(/^failed: .*no complete answer in time/)
  })

  it('says which form of address works instead', async () => {
    const { report } = await run(wordpress)
    expect(about(report, 'address')).toContain(
      'The form \'wordpress\' works: set it with "sites edit" and --url-form wordpress.',
    )
    expect(results(report)).toContain('login unknown')
  })

  it('tries the address also where no key is stored yet', async () => {
    const { report } = await run(civicrm({ 'civicrm/authx/id': json({ contact_id: null, user_id: null }) }), {}, null)
    expect(results(report)).toContain('connection ok, address ok, login failed')
    expect(about(report, 'login')).toContain('No API key is stored')
  })

  it('asks nothing with a stored key that cannot be sent, and calls that no fault of the network', async () => {
    const { report, requests } = await run(civicrm({}), {}, 'key\0')
    expect(about(report, 'login')).toMatch(/^failed: Nothing was asked: the stored API key holds .* Store it anew/)
    expect(results(report)).toContain('connection unknown')
    expect(requests).toEqual([])
  })

  it('reminds of what a key without administer CiviCRM cannot see', async () => {
    const { report } = await run(civicrm({ 'MailingEventBounce/get': notPermitted }))
    expect(report).toMatchObject({ ok: true, administrator: false })
    expect(results(report)).toContain(
      'administrator ok, timeZone ok, bounceTypes unknown, mailSettings unknown, otherHandlers unknown, bounceMailbox unknown',
    )
  })

  it('does not call a site bad for what recording does not need', async () => {
    const { report } = await run(civicrm({ 'Extension/get': notPermitted, 'Job/get': badAnswers.fault }))
    expect(report.ok).toBe(true)
    expect(results(report)).toContain('otherHandlers unknown, bounceMailbox unknown')
  })

  it('warns of the extension that does the same', async () => {
    const { report } = await run(civicrm({ 'Extension/get': json({ values: [{ key: 'ses', status: 'installed' }] }) }))
    expect(about(report, 'otherHandlers')).toMatch(/^warning: Also enabled in CiviCRM: .*\(ses\)/)
    expect(report.ok).toBe(true)
  })

  it('compares the zone in the settings with the clock of the site', async () => {
    const wrong = await run(civicrm({}), { timeZone: 'Europe/Berlin' })
    expect(about(wrong.report, 'timeZone')).toMatch(
      /^failed: The site's clock shows .* in Europe\/Berlin, the time zone of its settings/,
    )
    expect(wrong.report.ok).toBe(false)
    const right = await run(civicrm({}), { timeZone: 'Asia/Tokyo' })
    expect(about(right.report, 'timeZone')).toMatch(/^ok/)
    const none = await run(civicrm({}), { timeZone: 'Europe/Bielefeld' })
    expect(about(none.report, 'timeZone')).toMatch(/^failed/)
    const silent = await run(civicrm({ 'Email/get': nothing }))
    expect(about(silent.report, 'timeZone')).toMatch(/^unknown/)
  })

  it('has nothing to reach for the built-in store', async () => {
    const site = siteSchema.parse({ id: 'main', name: 'Main', crm: { type: 'builtin' } })
    expect(await testSite({ site, credential: null, clock })).toMatchObject({ ok: true, administrator: true })
  })
})
