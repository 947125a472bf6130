import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const options = ['--builtin', '--localpart', 'bounce+', '--domain', 'crm.example.org'] as const
const warning = 'Warning: site two: it shares a topic with the site one'

let bench: GatewayBench

beforeEach(async () => {
  bench = await GatewayBench.make()
  await bench.start()
  await bench.ask(['sites', 'add', 'one', ...options, '--topic', topicArn])
})
afterEach(async () => bench[Symbol.asyncDispose]())

describe('a second site with the same topic and the same domain', () => {
  it('is warned of where it comes to that, and by check', async () => {
    const added = await bench.command(['sites', 'add', 'two', ...options])
    expect(added).toMatchObject({ code: 0, err: '' })
    const allowed = await bench.command(['topics', 'allow', topicArn, '--site', 'two'])
    expect(allowed).toMatchObject({ code: 0, err: expect.stringContaining(warning) })
    expect((await bench.command(['check'])).out).toContain('site two: it shares a topic with the site one')

    const apart = await bench.command(['sites', 'edit', 'two', '--domain', 'crm.example.net'])
    expect((await bench.command(['check'])).out).not.toContain('it shares a topic')
    const together = await bench.command(['sites', 'edit', 'two', '--domain', 'crm.example.org'])
    expect([apart.err, together.err]).toEqual(['', expect.stringContaining(warning)])
    expect((await bench.command(['sites', 'add', 'three', ...options, '--topic', topicArn])).err).toContain(
      'Warning: site three: it shares a topic with the site one',
    )
  })

  it('leaves events without a site, which the status counts', async () => {
    expect(await bench.ask(['status'])).toMatchObject({ unclaimed: { count: 0, more: false } })
    await bench.command(['sites', 'add', 'two', ...options, '--topic', topicArn])
    const feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
    const mail = feed.mailing({ queueId: 7, hash: '0123456789abcdef', jobId: 1, email: 'ada@example.net' })
    await bench.postAll([feed.report('bounce/Permanent/General', mail)])
    await bench.recorded()
    expect(await bench.ask(['status'])).toMatchObject({ unclaimed: { count: 1, more: false } })
    expect((await bench.command(['status'])).out).toContain('Kept for no site, mail events of the last 7 days: 1.')
  })
})
