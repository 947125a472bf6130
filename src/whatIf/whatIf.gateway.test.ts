import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { standard } from '../civimail/policy/presets/standard.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const people = ['ada@example.net', 'bo@example.net', 'cy@example.net'] as const
const [ada, bo] = people

let bench: GatewayBench
let file: string

/** Two bounce: one for good, one for now. */
beforeEach(async () => {
  bench = await GatewayBench.make()
  await bench.start()
  const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
  const store = bench.gateway.operations.contacts('main')
  const contacts = await store.addContacts(people.map((email) => ({ name: email, emails: [email] })))
  const emailIds = contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name: 'November', emailIds })
  const mailTo = (email: string) => feed.mailing({ ...queueRows.find((row) => row.email === email)!, jobId })
  await bench.postAll([
    feed.report('bounce/Permanent/General', mailTo(ada)),
    feed.report('bounce/Transient/General', mailTo(bo)),
  ])
  await bench.recorded()
  const gentle = {
    rule: 'gentle',
    when: { kind: 'bounce', bounceType: 'Permanent' },
    effects: [{ effect: 'bounce', bounceType: 'Relay' }],
    because: 'One refusal is not enough.',
  }
  const policy = { ...standard, name: 'gentle', version: 3, rules: [gentle, ...standard.rules] }
  file = await bench.file('policy.yaml', stringify({ policy }))
})
afterEach(async () => bench[Symbol.asyncDispose]())

describe('policy diff', () => {
  it('says whom a policy would have treated otherwise, and changes nothing', async () => {
    const before = await bench.ask(['events'])
    const expected = {
      policy: 'gentle@3',
      sites: ['main'],
      events: { compared: 2, otherwise: 1, assumed: 0 },
      recipients: { looked: 2, milder: 1, harsher: 0 },
      changes: [{ beforeRule: 'bounce-permanent', afterRule: 'gentle', events: 1, recipients: 1 }],
      details: [{ recipient: ada, direction: 'milder', after: 'not on hold (Relay bounce 1 of 3)' }],
    }
    expect(await bench.ask(['policy', 'diff', file, '--site', 'main'])).toMatchObject(expected)
    expect(await bench.ask(['events'])).toEqual(before)
    // Also where no gateway runs.
    await bench.stop()
    expect(await bench.ask(['policy', 'diff', file])).toMatchObject(expected)
  })

  it('tells a person, with the command that takes back what was done', async () => {
    const { code, out } = await bench.command(['policy', 'diff', file])
    expect(code).toBe(0)
    expect(out).toContain('Invalid bounce on the mailing')
    expect(out).toMatch(/ada@example\.net +milder +on hold since .*it would be: not on hold \(Relay bounce 1 of 3\)\./)
    expect(out).toContain('civicrm-ses undo --site main --rule bounce-permanent')
    expect((await bench.command(['policy', 'diff', 'standard'])).out).toContain('Nobody would fare otherwise.')
  })

  it('knows what was undone, and recommends no undo that would find nothing', async () => {
    await bench.ask(['undo', '--kind', 'bounce', '--why', 'a test', '--yes'])
    const { out } = await bench.command(['policy', 'diff', file])
    expect(out).not.toContain('on hold since')
    expect(out).not.toContain('civicrm-ses undo')
    expect(await bench.ask(['policy', 'diff', file])).toMatchObject({ recipients: { milder: 0 }, milderRules: [] })
  })

  it('refuses what is no policy, and a site that is not there', async () => {
    const noPolicy = await bench.file('no.yaml', 'policy: { name: x }\n')
    expect((await bench.command(['policy', 'diff', noPolicy])).err).toContain('CONFIG_INVALID')
    expect((await bench.command(['policy', 'diff', await bench.file('empty.yaml', '{}')])).err).toContain('policy')
    expect((await bench.command(['policy', 'diff', file, '--site', 'other'])).err).toContain('SITE_UNKNOWN')
  })

  it('leaves the printing of presets as it was', async () => {
    expect((await bench.command(['policy', 'careful'])).out).toContain('name: careful')
    expect(await bench.ask(['policy', 'careful'])).toMatchObject({ policy: { name: 'careful' } })
  })
})
