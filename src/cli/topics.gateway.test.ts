import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBoundedGet, createGetDispatcher } from '../ingest/sns/boundedGet.ts'
import { awsConfirmationApi } from '../ingest/sns/confirmation/byApi.ts'
import { createSigningIdentity } from '../simulator/certificate.ts'
import { type SnsEndpoint, startSnsEndpoint } from '../simulator/snsEndpoint.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { SiteFeed } from '../testing/siteFeed.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'
const dispatcher = createGetDispatcher()
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' }
const noCredentials = async (): Promise<never> =>
  Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))

let sns: SnsEndpoint
let bench: GatewayBench
let feed: SiteFeed

/** An installation with one site; its way to SNS leads to a double on the loopback. */
async function make(aws: 'with credentials' | 'without credentials' = 'with credentials'): Promise<void> {
  const get = createBoundedGet(dispatcher)
  bench = await GatewayBench.make({
    snsReach: {
      get: async (address, limits) => get(sns.at(address), limits),
      api: awsConfirmationApi({
        endpoint: sns.url,
        credentials: aws === 'with credentials' ? credentials : noCredentials,
        maxAttempts: 1,
      }),
    },
  })
  feed = new SiteFeed({ topicArn, identity: bench.identity, domain: 'crm.example.org' })
  await bench.start()
  await bench.ask(['sites', 'add', 'main', '--builtin', '--domain', 'crm.example.org'])
}

beforeEach(async () => {
  sns = await startSnsEndpoint()
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  await sns.stop()
})

/** Asks to be subscribed, as SNS does; from then on SNS knows the token. */
async function subscribe(request: SnsRequest = feed.subscription(), address?: string): Promise<SnsRequest> {
  const { message } = request
  if (message.Type === 'SubscriptionConfirmation') sns.issue(message.Token, feed.subscriptionArn)
  expect(await bench.post(request, address)).toBe(200)
  return request
}

/** State and remarks of what is listed. */
async function listed(): Promise<unknown> {
  return bench.ask(['topics', 'list'])
}

describe('a subscription request of a topic that is not allowed', () => {
  it.each(['beside a running gateway', 'without a gateway'])(
    'is kept, and confirmed by "topics allow" %s',
    async (way) => {
      await make()
      await subscribe()
      expect(sns.calls).toEqual([])
      expect(await listed()).toMatchObject({
        allowed: [],
        confirmations: [{ topicArn, state: 'pending', attempts: 0, lastError: null }],
      })
      const { out } = await bench.command(['topics', 'list'])
      expect(out).toContain('pending (unverified)')

      if (way === 'without a gateway') await bench.stop()
      expect(await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])).toEqual({
        site: 'main',
        topic: topicArn,
        added: true,
        confirmations: [{ topicArn, addressed: '', outcome: 'confirmed', detail: '' }],
      })
      expect(sns.calls).toMatchObject([
        { action: 'ConfirmSubscription', topicArn, authenticateOnUnsubscribe: true, signed: true },
      ])
      expect(await listed()).toMatchObject({
        allowed: [{ site: 'main', topic: topicArn }],
        confirmations: [
          { state: 'confirmed', subscriptionArn: feed.subscriptionArn, authenticated: true, site: 'main' },
        ],
      })
      // Once more is no harm, and no call.
      expect(await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])).toMatchObject({
        added: false,
        confirmations: [],
      })
      expect(sns.calls).toHaveLength(1)
    },
  )

  it('is not allowed by what is no topic, and it is said what would be one', async () => {
    await make()
    for (const wrong of [`${topicArn}:*`, topicArn.replace(':sns:', ':sqs:'), `${topicArn}:6b2c-1`, '1111-2222-3333'])
      for (const command of ['allow', 'disallow'])
        expect((await bench.command(['topics', command, wrong, '--site', 'main'])).err).toMatch(
          /topic: must be the ARN of an SNS topic, or .*12 digits/,
        )
  })

  it('is named where a similar topic is allowed for which nothing waits: one of the two is mistyped', async () => {
    await make()
    await subscribe()
    const allow = async (arn: string): Promise<string> =>
      (await bench.command(['topics', 'allow', arn, '--site', 'main'])).out
    expect(await allow(`${topicArn}s`)).toContain(
      `waits for another topic, ${topicArn}: is that the one that was meant?`,
    )
    expect(await allow('arn:aws:sns:us-east-1:444455556666:news')).not.toContain(topicArn)
    expect(sns.calls).toEqual([])
  })

  it('is confirmed by its link where AWS credentials are missing, and the list says what that means', async () => {
    await make('without credentials')
    await subscribe()
    expect(await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])).toMatchObject({
      confirmations: [{ outcome: 'confirmed', detail: expect.stringContaining('by link') }],
    })
    expect(sns.calls).toMatchObject([{ method: 'GET', authenticateOnUnsubscribe: false, signed: false }])
    const { out } = await bench.command(['topics', 'list'])
    expect(out).toContain('anyone with an unsubscribe link can end it')
  })

  it('is confirmed by allowing the AWS account, and a later one of its topics confirms itself', async () => {
    await make()
    await subscribe()
    expect(await bench.ask(['topics', 'allow', '111122223333', '--site', 'main'])).toMatchObject({
      added: true,
      confirmations: [{ outcome: 'confirmed' }],
    })
    await subscribe()
    await expect.poll(() => sns.calls.length).toBe(2)
  })

  it('that is no message of SNS is found out before anything goes out, and the command fails', async () => {
    await make()
    const now = Date.now()
    const stranger = createSigningIdentity({ region: 'eu-west-1', validFrom: now - 1000, validTo: now + 60_000 })
    const forger = new SiteFeed({
      topicArn,
      // Signed with the stranger's key, in the name of the certificate that is known.
      identity: { ...stranger, fileName: bench.identity.fileName },
      domain: 'crm.example.org',
    })
    await subscribe(forger.subscription())
    const { code, out } = await bench.command(['topics', 'allow', topicArn, '--site', 'main'])
    expect(code).toBe(1)
    expect(out).toMatch(/refused \(SNS_SIGNATURE_INVALID/)
    expect(sns.calls).toEqual([])
  })

  it('that SNS no longer knows fails, saying to subscribe again or why', async () => {
    await make()
    expect(await bench.post(feed.subscription())).toBe(200)
    const { code, out } = await bench.command(['topics', 'allow', topicArn, '--site', 'main', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      confirmations: [{ outcome: 'failed', detail: expect.stringMatching(/./) }],
    })
  })

  it('never shows its token', async () => {
    await make()
    const request = await subscribe()
    const token = request.message.Type === 'Notification' ? '' : request.message.Token
    expect(token).toHaveLength(256)
    const outputs = [
      await bench.command(['topics', 'list', '--json']),
      await bench.command(['topics', 'list']),
      await bench.command(['topics', 'allow', topicArn, '--site', 'main', '--json']),
      await bench.command(['status', '--json']),
    ]
    for (const { code, out, err } of outputs) {
      expect(code).toBe(0)
      expect(out + err).not.toContain(token)
    }
  })
})

describe('allowed topics', () => {
  it('are taken off the list again, and then their notifications are refused', async () => {
    await make()
    await bench.ask(['topics', 'allow', topicArn, '--site', 'main'])
    const send = async (): Promise<number> => bench.post(feed.report('delivery', feed.receipt('ada@example.org')))
    expect(await send()).toBe(200)
    expect(await bench.ask(['topics', 'disallow', topicArn, '--site', 'main'])).toEqual({
      site: 'main',
      topic: topicArn,
      removed: true,
    })
    expect(await send()).toBe(403)
    expect(await bench.ask(['status'])).toMatchObject({
      running: true,
      refusals: { recent: [{ code: 'SNS_TOPIC_NOT_ALLOWED', topicArn }] },
    })
    expect(await bench.ask(['topics', 'disallow', topicArn, '--site', 'main'])).toMatchObject({ removed: false })
  })

  it('need a site that is there, and the form of an ARN or an account', async () => {
    await make()
    expect(await bench.command(['topics', 'allow', topicArn, '--site', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SITE_UNKNOWN'),
    })
    expect(await bench.command(['topics', 'allow', 'arn:aws:s3:::bucket', '--site', 'main'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('COMMAND_USAGE'),
    })
    expect(await bench.command(['topics', 'allow', topicArn])).toMatchObject({ code: 2 })
  })
})
