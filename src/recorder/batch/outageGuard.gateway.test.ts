import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SentMail } from '../../simulator/ses/sentMail.ts'
import { AlarmReceivers } from '../../testing/alarmReceivers.ts'
import { GatewayBench } from '../../testing/gatewayBench.ts'
import { SiteFeed } from '../../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const domain = 'provider.example'
const patient = { timeout: 20_000, interval: 50 }

let bench: GatewayBench
let receivers: AlarmReceivers
let feed: SiteFeed

beforeAll(async () => {
  bench = await GatewayBench.make({ alarmPace: { gatherMs: 0, everyMs: 0, calmMs: 0, patience: 0, lookMs: 100 } })
  receivers = await AlarmReceivers.start(bench.folder)
  await bench.configure({ alarms: { freeMiB: 0, channels: receivers.channels() } })
  await bench.start()
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  const options = ['--builtin', '--domain', 'crm.example.org', '--localpart', 'bounce+', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'main', ...options])
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await receivers.close()
})

/** A mailing to everybody. */
async function mailing(name: string): Promise<readonly SentMail[]> {
  const store = bench.gateway.operations.contacts('main')
  const contacts = await store.list({ limit: 1000 })
  const emailIds = contacts.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await store.addMailing({ name, emailIds })
  return queueRows.map((row) => feed.mailing({ ...row, jobId }))
}

async function tell(report: string, mails: readonly SentMail[], at = Date.now()): Promise<void> {
  const statuses = await bench.postAll(mails.map((mail) => feed.report(report, mail, { at })))
  expect(statuses).toEqual([200])
  await bench.recorded()
}

async function held(): Promise<number> {
  const contacts = await bench.gateway.operations.contacts('main').list({ limit: 1000 })
  return contacts.filter(({ emails }) => emails.some(({ onHold }) => onHold !== 0)).length
}

it('a fault of a mail provider holds nobody: a person is told, looks, and drops it', async () => {
  const people = Array.from({ length: 80 }, (_, index) => `Reader ${index};reader${index}@${domain}`).join('\n')
  const file = await bench.file('people.csv', `name;email\n${people}\n`)
  await bench.ask(['contacts', 'import', file, '--site', 'main'])
  // The provider took all of the last mailing, some hours ago.
  await tell('delivery', await mailing('October'), Date.now() - 20 * 3_600_000)

  const mails = await mailing('November')
  await tell('bounce/Permanent/NoEmail', mails.slice(0, 15))
  expect(await held()).toBe(15)
  await tell('bounce/Permanent/NoEmail', mails.slice(15))
  // Until there are 20 nobody can know: how many of those are recorded depends on how they fall into batches.
  const before = await held()
  expect(before).toBeGreaterThanOrEqual(15)
  expect(before).toBeLessThan(20)

  const told = (): unknown => receivers.webhooks.flatMap(({ alarms }) => alarms)
  await expect.poll(told, patient).toMatchObject([{ kind: 'setAside', subject: `main ${domain}`, news: 'raised' }])
  const { out } = await bench.command(['set-aside', 'list'])
  expect(out).toContain(`provider.example (site main): ${80 - before} bounces`)
  expect(out.replaceAll(/\s+/g, ' ')).toContain('in the 30 days before it took 80 and refused 0 (0 %)')
  expect(out).toContain(`${before} were recorded before the burst was seen`)
  expect(out).toContain(`civicrm-ses set-aside drop ${domain} --site main`)

  const drop = ['set-aside', 'drop', domain, '--site', 'main']
  expect((await bench.command([...drop, '--dry-run'])).out).toContain(`Would drop ${80 - before}.`)
  expect(await bench.ask(drop)).toEqual({ dryRun: false, bounces: 80 - before })
  await expect.poll(told, patient).toMatchObject([{ news: 'raised' }, { kind: 'setAside', news: 'over' }])
  await tell('bounce/Permanent/NoEmail', mails)
  expect(await held()).toBe(before)
  expect((await bench.command(['set-aside', 'list'])).out).toBe('Nothing is set aside.\n')
})
