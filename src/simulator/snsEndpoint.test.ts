import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsConfirmationApi } from '../ingest/sns/confirmation/byApi.ts'
import { createConfirm } from '../ingest/sns/confirmation/confirm.ts'
import { createBoundedGet, createGetDispatcher } from '../ingest/sns/boundedGet.ts'
import { parseRequest } from '../ingest/sns/request.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedSns } from '../testing/simulatedSns.ts'
import { type SnsEndpoint, startSnsEndpoint } from './snsEndpoint.ts'

const { topic } = simulatedSns(new FakeTime())

function confirmation() {
  const { body, headers } = topic.subscriptionConfirmation()
  const parsed = parseRequest(Buffer.from(body), headers)
  expect.assert(parsed.ok && parsed.envelope.token !== null)
  return { subscription: parsed.envelope, token: parsed.envelope.token }
}

describe('the SNS endpoint', () => {
  let endpoint: SnsEndpoint
  const dispatcher = createGetDispatcher()

  beforeEach(async () => {
    endpoint = await startSnsEndpoint()
  })
  afterEach(async () => {
    await endpoint.stop()
  })

  function confirming(credentials: { accessKeyId: string; secretAccessKey: string } | null) {
    const get = createBoundedGet(dispatcher)
    const api =
      credentials === null ? null : awsConfirmationApi({ endpoint: endpoint.url, credentials, maxAttempts: 1 })
    return createConfirm({ get: async (url, limits) => get(endpoint.at(url), limits), api })
  }

  it("confirms the SDK's signed call", async () => {
    const { subscription, token } = confirmation()
    endpoint.issue(token, topic.subscriptionArn)
    const confirm = confirming({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' })
    expect(await confirm(subscription)).toEqual({
      ok: true,
      subscriptionArn: topic.subscriptionArn,
      authenticated: true,
      remark: null,
    })
    expect(endpoint.calls).toEqual([
      {
        method: 'POST',
        action: 'ConfirmSubscription',
        topicArn: topic.arn,
        token,
        authenticateOnUnsubscribe: true,
        signed: true,
      },
    ])
  })

  it('confirms the link, as often as it is followed', async () => {
    const { subscription, token } = confirmation()
    endpoint.issue(token, topic.subscriptionArn)
    const confirm = confirming(null)
    for (let time = 0; time < 2; time++)
      expect(await confirm(subscription)).toMatchObject({ ok: true, subscriptionArn: topic.subscriptionArn })
    expect(endpoint.calls[1]).toMatchObject({ method: 'GET', token, signed: false })
  })

  it('refuses a token that it did not issue, for good', async () => {
    const { subscription } = confirmation()
    expect(await confirming(null)(subscription)).toMatchObject({ ok: false, permanent: true })
    const withApi = confirming({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' })
    expect(await withApi(subscription)).toMatchObject({ ok: false, permanent: true })
  })

  it('fails as it is told to, as often as it is told to', async () => {
    const { subscription, token } = confirmation()
    endpoint.issue(token, topic.subscriptionArn)
    endpoint.failNext({ status: 500, code: 'InternalFailure' }, { status: 403, code: 'AuthorizationError' })
    const confirm = confirming(null)
    expect(await confirm(subscription)).toMatchObject({ ok: false, permanent: false })
    const withApi = confirming({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' })
    // The credential may not do it, so the link is followed.
    expect(await withApi(subscription)).toMatchObject({ ok: true, authenticated: false })
  })

  it('wants a credential for AuthenticateOnUnsubscribe, and knows one action alone', async () => {
    const { token } = confirmation()
    endpoint.issue(token, topic.subscriptionArn)
    const query = `Action=ConfirmSubscription&TopicArn=${topic.arn}&Token=${token}&AuthenticateOnUnsubscribe=true`
    const unsigned = await fetch(`${endpoint.url}/?${query}`)
    expect(unsigned.status).toBe(403)
    const other = await fetch(`${endpoint.url}/?Action=Unsubscribe`)
    expect(await other.text()).toContain('<Code>InvalidAction</Code>')
  })
})
