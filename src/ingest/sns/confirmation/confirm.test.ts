import { describe, expect, it } from 'vitest'
import { confirmationFields } from '../../../testing/snsSigner.ts'
import type { BoundedGet, GetAnswer } from '../boundedGet.ts'
import type { ConfirmationApiFactory } from './byApi.ts'
import { createConfirm } from './confirm.ts'
import type { Subscription } from './subscribeUrl.ts'

const topicArn = confirmationFields['TopicArn'] ?? ''
const token = confirmationFields['Token'] ?? ''
const subscriptionArn = `${topicArn}:7491ecc4-40ff-41ba-af58-19f442d83eb8`
const subscription: Subscription = {
  type: 'SubscriptionConfirmation',
  topicArn,
  token,
  subscribeUrl: confirmationFields['SubscribeURL'] ?? '',
}
const confirmed = `<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <ConfirmSubscriptionResult><SubscriptionArn>${subscriptionArn}</SubscriptionArn></ConfirmSubscriptionResult>
</ConfirmSubscriptionResponse>`

function errorXml(code: string): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code>
    <Message>Invalid parameter: Token ${token}</Message></Error></ErrorResponse>`
}

function answering(status: number, body: string): { readonly get: BoundedGet; readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    get: async (url) => {
      asked.push(url)
      return { ok: true, status, body: Buffer.from(body) }
    },
  }
}

/** An API that gives the answer, or rejects with the error. */
function api(answer: { readonly SubscriptionArn?: string } | Error) {
  const calls: unknown[] = []
  const closed: string[] = []
  const factory: ConfirmationApiFactory = async (region) => ({
    confirm: async (input) => {
      calls.push({ region, ...input })
      if (answer instanceof Error) throw answer
      return answer
    },
    close: () => {
      closed.push(region)
    },
  })
  return { factory, calls, closed }
}

const brokenFactory: ConfirmationApiFactory = async () => Promise.reject(new Error('Cannot find package'))

function awsError(name: string, status?: number): Error {
  const error = new Error(`Invalid parameter: Token ${token}`)
  error.name = name
  return status === undefined ? error : Object.assign(error, { $metadata: { httpStatusCode: status } })
}

describe('confirming by the API', () => {
  it('asks for AuthenticateOnUnsubscribe in the region of the topic, and never uses the link', async () => {
    const { factory, calls, closed } = api({ SubscriptionArn: subscriptionArn })
    const link = answering(200, confirmed)
    expect(await createConfirm({ get: link.get, api: factory })(subscription)).toEqual({
      ok: true,
      subscriptionArn,
      authenticated: true,
      remark: null,
    })
    expect(calls).toEqual([
      { region: 'eu-west-1', TopicArn: topicArn, Token: token, AuthenticateOnUnsubscribe: 'true' },
    ])
    expect(closed).toEqual(['eu-west-1'])
    expect(link.asked).toEqual([])
  })

  it.each([
    ['no credential is found', awsError('CredentialsProviderError')],
    ['a profile has run out', awsError('TokenProviderError')],
    ['the permission is missing', awsError('AuthorizationErrorException', 403)],
    ['the key is unknown', awsError('InvalidClientTokenId', 403)],
    ['the key has expired', awsError('ExpiredTokenException', 403)],
    ['the request counts as unsigned', awsError('MissingAuthenticationToken', 400)],
  ])('falls back to the link where %s, and says so', async (_, error) => {
    const { factory } = api(error)
    const link = answering(200, confirmed)
    const outcome = await createConfirm({ get: link.get, api: factory })(subscription)
    expect(outcome).toEqual({
      ok: true,
      subscriptionArn,
      authenticated: false,
      remark: `confirmed by link, without AuthenticateOnUnsubscribe: AWS credentials absent or insufficient (${error.name})`,
    })
    expect(link.asked).toEqual([subscription.subscribeUrl])
  })

  it.each([
    ['a token too old', awsError('InvalidParameterException', 400), true],
    ['a topic that is gone', awsError('NotFoundException', 404), true],
    ['a fault of AWS', awsError('InternalErrorException', 500), false],
    ['throttling', awsError('ThrottlingException', 400), false],
    ['too many subscriptions', awsError('SubscriptionLimitExceededException', 400), false],
    ['no connection', awsError('TimeoutError'), false],
    ['something odd', awsError('What "is" this?'), false],
  ])('does not fall back for %s', async (_, error, permanent) => {
    const { factory, closed } = api(error)
    const link = answering(200, confirmed)
    const outcome = await createConfirm({ get: link.get, api: factory })(subscription)
    expect(outcome).toMatchObject({ ok: false, permanent })
    expect(JSON.stringify(outcome)).not.toContain(token)
    expect(link.asked).toEqual([])
    expect(closed).toEqual(['eu-west-1'])
  })

  it.each(['pending confirmation', `${topicArn}-other:7491ecc4`, topicArn, ''])(
    'does not take %j for a subscription of the topic',
    async (SubscriptionArn) => {
      const { factory } = api({ SubscriptionArn })
      const outcome = await createConfirm({ get: answering(200, confirmed).get, api: factory })(subscription)
      expect(outcome).toMatchObject({ ok: false, permanent: false })
    },
  )

  it('survives a factory that fails', async () => {
    const outcome = await createConfirm({ get: answering(200, confirmed).get, api: brokenFactory })(subscription)
    expect(outcome).toMatchObject({ ok: false, permanent: false })
  })
})

describe('confirming by link', () => {
  it('fetches the rebuilt URL and reads the subscription out of the answer', async () => {
    const link = answering(200, confirmed)
    expect(await createConfirm({ get: link.get, api: null })(subscription)).toEqual({
      ok: true,
      subscriptionArn,
      authenticated: false,
      remark: null,
    })
    expect(link.asked).toEqual([subscription.subscribeUrl])
  })

  it('connects nowhere for a SubscribeURL that SNS would not build', async () => {
    const link = answering(200, confirmed)
    const confirm = createConfirm({ get: link.get, api: null })
    const outcome = await confirm({ ...subscription, subscribeUrl: 'http://169.254.169.254/latest/meta-data/' })
    expect(outcome).toMatchObject({ ok: false, permanent: true })
    expect(link.asked).toEqual([])
  })

  it.each([
    [400, errorXml('InvalidParameter'), true],
    [404, errorXml('NotFound'), true],
    [403, errorXml('AuthorizationError'), false],
    [400, errorXml('Throttling'), false],
    [500, errorXml('InternalError'), false],
    [503, 'Service Unavailable', false],
    [403, '<html>blocked by the proxy</html>', false],
    [302, '', false],
    [200, '<html>Welcome to the hotel</html>', false],
    [200, confirmed.replace('<SubscriptionArn>arn', '<SubscriptionArn>pending'), false],
  ])('an answer of %i with %.30s… is final: %3$s', async (status, body, permanent) => {
    const outcome = await createConfirm({ get: answering(status, body).get, api: null })(subscription)
    expect(outcome).toMatchObject({ ok: false, permanent })
    expect(JSON.stringify(outcome)).not.toContain(token)
  })

  it('tries again where no answer came', async () => {
    const none: GetAnswer = { ok: false, reason: 'ECONNRESET' }
    expect(await createConfirm({ get: async () => none, api: null })(subscription)).toEqual({
      ok: false,
      permanent: false,
      error: 'no answer from SNS: ECONNRESET',
    })
  })
})

describe('what is no confirmation', () => {
  it.each<[string, Partial<Subscription>]>([
    [
      'an UnsubscribeConfirmation, whose link would undo the end of the subscription',
      { type: 'UnsubscribeConfirmation' },
    ],
    ['a Notification', { type: 'Notification' }],
    ['a confirmation without token', { token: null }],
    ['a confirmation without topic', { topicArn: 'x' }],
  ])('is left alone: %s', async (_, change) => {
    const { factory, calls } = api({ SubscriptionArn: subscriptionArn })
    const link = answering(200, confirmed)
    const outcome = await createConfirm({ get: link.get, api: factory })({ ...subscription, ...change })
    expect(outcome).toMatchObject({ ok: false, permanent: true })
    expect([...calls, ...link.asked]).toEqual([])
  })
})
