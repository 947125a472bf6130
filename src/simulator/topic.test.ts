import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { refusalAnswer } from '../ingest/http/answers.ts'
import { CachedKeys } from '../ingest/sns/certificates/cachedKeys.ts'
import { rebuildSubscribeUrl } from '../ingest/sns/confirmation/subscribeUrl.ts'
import { parseRequest } from '../ingest/sns/request.ts'
import type { SnsEnvelope } from '../ingest/sns/verdict.ts'
import { SnsVerifier } from '../ingest/sns/verifier.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedAccount, simulatedSns } from '../testing/simulatedSns.ts'
import { certify, createSigningIdentity } from './certificate.ts'
import { allForgeries, stale } from './forgery.ts'
import { mailingMail } from './mailing.ts'
import { seededRandom } from './random.ts'
import { bounceOf, tenPairs } from './ses/bounceCases.ts'
import { sesRecord } from './ses/record.ts'
import { topicArn } from './region.ts'
import { type SnsRequest, SnsTopic } from './topic.ts'

const time = new FakeTime()
const { identity, topic, stranger } = simulatedSns(time)
const message = '{"eventType":"Bounce","mail":{"subject":"😀 Grüße"}}\n'

/** The gateway's own verifier, which shares no code with the simulator. */
function verifierFor(...identities: readonly { readonly fileName: string; readonly certificate: string }[]) {
  const files = new Map(identities.map(({ fileName, certificate }) => [fileName, certificate]))
  const load = async ({ fileName }: { readonly fileName: string }) => {
    const pem = files.get(fileName)
    return pem === undefined
      ? { ok: false as const, reason: 'no such file' }
      : { ok: true as const, bytes: Buffer.from(pem) }
  }
  return new SnsVerifier(new CachedKeys({ load }, time))
}

function read({ body, headers }: SnsRequest): SnsEnvelope {
  const parsed = parseRequest(Buffer.from(body), headers)
  expect.assert(parsed.ok)
  return parsed.envelope
}

/** The status with which a gateway that allows the topic answers. */
async function answerTo({ body, headers }: SnsRequest): Promise<number> {
  const parsed = parseRequest(Buffer.from(body), headers)
  if (!parsed.ok) return refusalAnswer(parsed.code).status
  if (parsed.envelope.topicArn !== topic.arn) return refusalAnswer('SNS_TOPIC_NOT_ALLOWED').status
  const verified = await verifierFor(identity).verify(parsed.envelope, time.now())
  return verified.ok ? 200 : refusalAnswer(verified.code).status
}

describe('an SNS topic', () => {
  it.each(['1', '2'] as const)('sends what the gateway proves genuine, in signature version %s', async (version) => {
    const own = new SnsTopic({
      arn: topic.arn,
      identity,
      signatureVersion: version,
      clock: time,
      random: seededRandom(version),
    })
    for (const request of [
      own.notification({ message, subject: 'Amazon SES Email Event Notification' }),
      own.notification({ message: 'no subject', attributes: { a: { Type: 'String', Value: 'b' } } }),
      own.subscriptionConfirmation(),
      own.unsubscribeConfirmation(),
    ]) {
      const verified = await verifierFor(identity).verify(read(request), time.now())
      expect(verified).toEqual({
        ok: true,
        signatureVersion: version,
        certificateUrl: `https://sns.eu-west-1.amazonaws.com/${identity.fileName}`,
      })
    }
  })

  it.each(['eu-south-2', 'cn-north-1', 'us-gov-east-1', 'eusc-de-east-1'])('lives in %s too', async (region) => {
    const validity = { region, validFrom: time.now() - 1000, validTo: time.now() + 86_400_000 }
    const there = createSigningIdentity(validity)
    const arn = topicArn(region, '111122223333', 'ses')
    const request = new SnsTopic({ arn, identity: there, clock: time, random: seededRandom(1) }).notification({
      message,
    })
    expect(await verifierFor(there).verify(read(request), time.now())).toMatchObject({ ok: true })
    const misnamed = certify(there.privateKey, createPublicKey(there.privateKey), {
      ...validity,
      region: region === 'eu-south-2' ? 'us-east-1' : 'eu-south-2',
    })
    const wrong = new SnsTopic({ arn, identity: misnamed, clock: time, random: seededRandom(1) }).notification({
      message,
    })
    expect(await verifierFor(misnamed).verify(read(wrong), time.now())).toMatchObject({
      ok: false,
      code: 'SNS_CERTIFICATE_INVALID',
    })
  })

  it('keeps the message to the letter', () => {
    const envelope = read(topic.notification({ message }))
    expect(envelope).toMatchObject({ message, subject: null, timestamp: '2026-06-02T08:20:05.000Z' })
  })

  it('gives the SubscribeURL that the gateway rebuilds', () => {
    const envelope = read(topic.subscriptionConfirmation())
    expect(envelope.token).toMatch(/^[0-9a-f]{256}$/)
    expect(rebuildSubscribeUrl(envelope)).toBe(envelope.subscribeUrl)
  })

  it('says who it is in its headers, on a SubscriptionConfirmation without a subscription', () => {
    const notification = topic.notification({ message })
    expect(notification.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': notification.message.MessageId,
      'x-amz-sns-topic-arn': topic.arn,
      'x-amz-sns-subscription-arn': topic.subscriptionArn,
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
    })
    expect(topic.subscriptionConfirmation().headers).not.toHaveProperty('x-amz-sns-subscription-arn')
    expect(topic.unsubscribeConfirmation().headers).toHaveProperty('x-amz-sns-subscription-arn')
  })

  it('says the same twice under two MessageIds', () => {
    const [one, other] = [topic.notification({ message }), topic.notification({ message })]
    expect(one.message.MessageId).not.toBe(other.message.MessageId)
  })

  it('gives the same bytes for the same seed and key', () => {
    const [one, other] = ['seed', 'seed'].map((seed) =>
      new SnsTopic({ arn: topic.arn, identity, clock: time, random: seededRandom(seed) }).notification({ message }),
    )
    expect(one).toEqual(other)
  })
})

describe('forgeries', () => {
  const form = { localpart: 'bounce+', separator: '.', domain: 'crm.example.org' }
  const mail = mailingMail(
    {
      messageId: '010203040506070a-0b0c0d0e-000000',
      sentAt: time.now(),
      to: 'ada@example.org',
      subject: 'Newsletter',
      from: 'news@crm.example.org',
      account: simulatedAccount,
    },
    form,
    { jobId: 1, queueId: 2, hash: '0123456789abcdef' },
  )
  const record = sesRecord({
    mail,
    feedback: bounceOf(tenPairs[1], ['ada@example.org'], time.now()),
    dialect: 'identity',
    feedbackId: 'x',
  })
  const genuine = topic.notification(record)

  it.each(allForgeries)('$name is answered with $status: $lie', async ({ forge, status }) => {
    expect(await answerTo(forge(genuine, stranger))).toBe(status)
  })

  it('leave the genuine message as it was', async () => {
    expect(await answerTo(genuine)).toBe(200)
  })

  it('are not believed either where the stranger got his certificate into the folder', async () => {
    const forged = read(forgeriesNamed('strangersKey').forge(genuine, stranger))
    expect(await verifierFor(identity, stranger.identity).verify(forged, time.now())).toMatchObject({ ok: false })
  })

  it('a stale message is genuine for as long as its certificate is', async () => {
    const old = read(stale(topic, record.message, time.now(), 70 * 86_400_000))
    const verifier = verifierFor(identity)
    expect(await verifier.verify(old, time.now())).toMatchObject({ ok: true })
    expect(await verifier.verify(old, time.now() + 400 * 86_400_000)).toMatchObject({ ok: false })
  })
})

function forgeriesNamed(name: string) {
  const found = allForgeries.find((one) => one.name === name)
  expect.assert(found !== undefined)
  return found
}
