import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:shop'
/** More than any disk has. */
const tooMuch = 1e12

let bench: GatewayBench
beforeEach(async () => {
  bench = await GatewayBench.make()
})
afterEach(async () => bench[Symbol.asyncDispose]())

const said = async (): Promise<string> => (await bench.command(['status'])).out

it('says that nothing is taken on where the disk is full, and afterwards which alarms stood at the end', async () => {
  await bench.configure({ minimumFreeMiB: tooMuch, alarms: { freeMiB: tooMuch } })
  await bench.start()
  const options = ['--builtin', '--domain', 'shop.example.org', '--topic', topicArn]
  await bench.ask(['sites', 'add', 'shop', ...options])
  const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'shop.example.org' })
  const report = feed.report('delivery', feed.receipt('ada@example.org'))
  expect([await bench.post(report), await bench.post(report)]).toEqual([503, 503])

  expect(await bench.ask(['status'])).toMatchObject({
    health: { ready: false, checks: { disk: 'failed', database: 'ok' } },
    alarms: [{ kind: 'diskLow', subjects: [expect.any(String)] }],
    refusals: { total: 2 },
  })
  const text = await said()
  expect(text).toMatch(
    /Needs a person:\n {2}- No notification is taken on, each is answered 503:.*\n {2}- The data folder's/,
  )
  expect(text).toMatch(/\n\S+ \S+ +2 +GATEWAY_DISK_LOW +The data folder's disk has less free space/)

  await bench.stop()
  expect(await bench.ask(['status'])).toMatchObject({ running: false, health: null, alarms: [{ kind: 'diskLow' }] })
  expect(await said()).toContain('Needs a person:\n')
})

it('names the files it looked into, or that there was no configuration', async () => {
  expect(await said()).toContain(`Data folder: ${bench.dataFolder}. Configuration: ${bench.configFile}.\n`)
  const elsewhere = path.join(bench.folder, 'elsewhere')
  const environment = { CIVICRM_SES_CONFIG: '', CIVICRM_SES_DATA_FOLDER: elsewhere }
  const { out } = await bench.command(['status'], { environment })
  expect(out).toContain(`Data folder: ${elsewhere}. Configuration: no file found`)
})
