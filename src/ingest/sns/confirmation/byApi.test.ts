import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { confirmationFields } from '../../../testing/snsSigner.ts'
import { awsConfirmationApi, confirmByApi } from './byApi.ts'
import type { Subscription } from './subscribeUrl.ts'

const topicArn = confirmationFields['TopicArn'] ?? ''
const subscriptionArn = `${topicArn}:7491ecc4-40ff-41ba-af58-19f442d83eb8`
const subscription: Subscription = {
  type: 'SubscriptionConfirmation',
  topicArn,
  token: 'abcdef0123',
  subscribeUrl: null,
}
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' }

const noCredentials = async () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))

/** AWS's own client against a loopback server that answers as SNS does. */
describe('awsConfirmationApi', () => {
  let server: Server
  let answer: { status: number; body: string }
  let asked: { authorization: string | undefined; body: string }[]

  beforeEach(async () => {
    asked = []
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() })
        response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
      })
    })
    server.listen(0, 'localhost')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  async function confirm(given: typeof credentials | null = credentials) {
    const address = server.address()
    const endpoint = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
    const factory = awsConfirmationApi({ endpoint, credentials: given ?? noCredentials, maxAttempts: 1 })
    return confirmByApi(factory, 'eu-west-1', subscription)
  }

  it('sends the signed call and reads the answer', async () => {
    answer = {
      status: 200,
      body: `<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ConfirmSubscriptionResult><SubscriptionArn>${subscriptionArn}</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>`,
    }
    expect(await confirm()).toEqual({ ok: true, subscriptionArn, authenticated: true, remark: null })
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
      Action: 'ConfirmSubscription',
      TopicArn: topicArn,
      Token: 'abcdef0123',
      AuthenticateOnUnsubscribe: 'true',
    })
    expect(asked[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sns\//)
  })

  it.each([
    [403, 'AuthorizationError', { ok: false, unauthorised: 'AuthorizationErrorException' }],
    [403, 'InvalidClientTokenId', { ok: false, unauthorised: 'InvalidClientTokenId' }],
    [400, 'InvalidParameter', { ok: false, permanent: true }],
    [500, 'InternalError', { ok: false, permanent: false }],
  ])('understands %i %s', async (status, code, outcome) => {
    answer = {
      status,
      body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>Token abcdef0123</Message></Error></ErrorResponse>`,
    }
    const result = await confirm()
    expect(result).toMatchObject(outcome)
    expect(JSON.stringify(result)).not.toContain('abcdef0123')
  })

  it('is unauthorised without a credential, and sends nothing', async () => {
    answer = { status: 200, body: '' }
    expect(await confirm(null)).toEqual({ ok: false, unauthorised: 'CredentialsProviderError' })
    expect(asked).toEqual([])
  })
})
