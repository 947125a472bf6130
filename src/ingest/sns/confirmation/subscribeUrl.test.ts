import { describe, expect, it } from 'vitest'
import { confirmationFields } from '../../../testing/snsSigner.ts'
import { fixtureNames, readFixture, requireFixtures } from '../../../testing/fixtures.ts'
import { parseEnvelope } from '../envelope.ts'
import { type Subscription, rebuildSubscribeUrl } from './subscribeUrl.ts'

const good: Subscription = {
  type: 'SubscriptionConfirmation',
  topicArn: confirmationFields['TopicArn'] ?? '',
  token: confirmationFields['Token'] ?? '',
  subscribeUrl: confirmationFields['SubscribeURL'] ?? '',
}

describe('rebuildSubscribeUrl', () => {
  it('builds what SNS builds', () => {
    expect(rebuildSubscribeUrl(good)).toBe(good.subscribeUrl)
  })

  it("uses the suffix of the topic's partition", () => {
    const topicArn = 'arn:aws-cn:sns:cn-north-1:111122223333:ses'
    const subscribeUrl = `https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=abc`
    expect(rebuildSubscribeUrl({ ...good, topicArn, token: 'abc', subscribeUrl })).toBe(subscribeUrl)
  })

  it.each(requireFixtures() ? fixtureNames('sns-genuine', '.json').filter((name) => name.includes('scri')) : [])(
    'builds the SubscribeURL that AWS gave in %s',
    (name) => {
      const parsed = parseEnvelope(readFixture('sns-genuine', name))
      expect.assert(parsed.ok)
      expect(rebuildSubscribeUrl(parsed.envelope)).toBe(parsed.envelope.subscribeUrl)
    },
  )

  it.each<[string, Partial<Subscription>]>([
    ["somebody's server", { subscribeUrl: 'https://evil.example/' }],
    ['the cloud metadata', { subscribeUrl: 'http://169.254.169.254/latest/meta-data/' }],
    ['another region', { subscribeUrl: good.subscribeUrl?.replace('eu-west-1', 'us-east-1') ?? null }],
    ['another action', { subscribeUrl: good.subscribeUrl?.replace('ConfirmSubscription', 'Publish') ?? null }],
    ['one more parameter', { subscribeUrl: `${good.subscribeUrl}&AuthenticateOnUnsubscribe=false` }],
    ['a trailing line break', { subscribeUrl: `${good.subscribeUrl}\n` }],
    ['no SubscribeURL', { subscribeUrl: null }],
    ['no token', { token: null }],
    ['a token with a parameter in it', { token: 'a&Action=Publish' }],
    ['a partition and region that do not fit', { topicArn: 'arn:aws:sns:cn-north-1:111122223333:ses' }],
    ['no topic', { topicArn: 'arn:aws:sqs:eu-west-1:111122223333:ses' }],
  ])('gives none for %s', (_, change) => {
    expect(rebuildSubscribeUrl({ ...good, ...change })).toBeNull()
  })
})
