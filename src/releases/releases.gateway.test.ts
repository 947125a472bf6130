import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { page, startCrmStub } from '../testing/crmStub.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'

let double: SuppressionDouble
let bench: GatewayBench
let emailIds: readonly number[]

beforeEach(async () => {
  double = await startSuppressionDouble()
  bench = await GatewayBench.make({ suppressionLists: double.lists })
  await bench.start()
  const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'
  await bench.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org', '--topic', topic])
  const store = bench.gateway.operations.contacts('main')
  const stored = await store.addContacts(['ada', 'bo'].map((name) => ({ name, emails: [`${name}@example.org`] })))
  emailIds = stored.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  for (const emailId of emailIds) await store.editEmail(emailId, { onHold: 1 })
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  await double.close()
})

async function release(emailId: number | undefined): Promise<void> {
  await bench.ask(['contacts', 'release', String(emailId), '--site', 'main'])
}

describe('civicrm-ses releases', () => {
  it('shows whom staff took off hold, once', async () => {
    const { out: before } = await bench.command(['releases'])
    expect(before).toBe('No release is known.\n')
    expect(await bench.ask(['releases', 'look', 'main'])).toEqual({ site: 'main', found: 0 })
    await release(emailIds[0])
    const { out: found } = await bench.command(['releases', 'look', 'main'])
    expect(found).toBe('Found: 1.\n')
    expect(await bench.ask(['releases', 'look', 'main'])).toMatchObject({ found: 0 })
    expect(await bench.ask(['releases', '--site', 'main', '--since', '1h'])).toMatchObject([
      {
        site: 'main',
        emailId: emailIds[0],
        address: 'ada@example.org',
        form: 'reset',
        origin: 'civicrm',
        suppression: null,
      },
    ])
    const { out } = await bench.command(['releases'])
    expect(out).toMatch(/main +ada@example\.org +\d+ +staff +- +\d{4}-\d\d-\d\d/)
    expect(double.requests).toEqual([])
  })

  it('shows that the suppression list was cleared for them, where the site asks for it', async () => {
    await bench.ask(['sites', 'edit', 'main', '--clear-suppression'])
    await bench.ask(['releases', 'look', 'main'])
    await release(emailIds[1])
    double.listed.add('bo@example.org')
    await bench.ask(['releases', 'look', 'main'])
    await expect.poll(async () => bench.ask(['releases'])).toMatchObject([{ suppression: 'removed' }])
    expect(double.requests).toEqual(['eu-west-1 DELETE bo@example.org'])
    await bench.ask(['sites', 'edit', 'main', '--no-clear-suppression'])
    expect(await bench.ask(['sites', 'show', 'main'])).toMatchObject({
      releases: { watch: true, everyMinutes: 15, clearSuppression: false },
    })
  })

  it('works where no gateway runs, and says what is wrong with a site', async () => {
    const stub = await startCrmStub(() => page(503, 'Maintenance'))
    await bench.ask(['sites', 'add', 'crm', '--url', stub.url, '--domain', 'crm.example.org', '--api-key-stdin'], {
      stdin: 'key',
    })
    await bench.stop()
    expect(await bench.ask(['releases', 'look', 'main'])).toMatchObject({ found: 0 })
    expect(await bench.ask(['releases'])).toEqual([])
    expect(await bench.command(['releases', 'look', 'crm'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('CIVICRM_MAINTENANCE'),
    })
    expect(await bench.command(['releases', 'look', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SITE_UNKNOWN'),
    })
    await stub.close()
  })
})
