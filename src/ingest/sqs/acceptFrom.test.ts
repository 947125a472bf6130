import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Emitter } from '../../emitter.ts'
import { FakeTime } from '../../testing/fakeTime.ts'
import { MemoryInbox } from '../../testing/memoryInbox.ts'
import { MemorySettings, testSite } from '../../testing/memorySettings.ts'
import {
  confirmationFields,
  createSnsSigner,
  notificationFields,
  type SnsFields,
  type SnsSigner,
  signerTime,
} from '../../testing/snsSigner.ts'
import { type Acceptance, Acceptor } from '../accept.ts'
import type { IngestEvents, Refused } from '../events.ts'
import { CachedKeys } from '../sns/certificates/cachedKeys.ts'
import type { CertificateSource } from '../sns/certificates/source.ts'
import { SnsVerifier } from '../sns/verifier.ts'
import { acceptFrom } from './acceptFrom.ts'

const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'

let signer: SnsSigner
beforeAll(() => {
  signer = createSnsSigner()
})

let inbox: MemoryInbox
let settings: MemorySettings
let acceptor: Acceptor
let refused: Refused[]
let isCertificateThere: boolean
beforeEach(() => {
  inbox = new MemoryInbox()
  settings = new MemorySettings(testSite('main', [topic]), testSite('other', [topic]))
  refused = []
  isCertificateThere = true
  const time = new FakeTime(signerTime)
  const events = new Emitter<IngestEvents>()
  events.on('refused', (one) => refused.push(one))
  const source: CertificateSource = {
    load: async () =>
      isCertificateThere ? { ok: true, bytes: Buffer.from(signer.pem) } : { ok: false, reason: 'no route to the host' },
  }
  acceptor = new Acceptor({
    inbox,
    settings,
    verifier: new SnsVerifier(new CachedKeys(source, time)),
    chooseSite: () => 'main',
    clock: time,
    events,
    onConfirmationDue: () => undefined,
  })
})

const envelope = (more: SnsFields = {}): string => JSON.stringify(signer.sign({ ...notificationFields, ...more }))

async function fromQueue(body: string, site: string | null = null): Promise<Acceptance> {
  return acceptFrom({ site }, acceptor)({ body })
}

async function fromHttps(body: string, addressed = ''): Promise<Acceptance> {
  return acceptor.accept({ channel: 'https', body: Buffer.from(body), headers: {}, addressed })
}

describe('a message of a queue', () => {
  it('is verified and stored as it is over HTTPS, and remembers how it came', async () => {
    expect(await fromQueue(envelope())).toEqual({ outcome: 'stored' })
    expect(inbox.stored).toMatchObject([{ channel: 'sqs', addressed: '', site: 'main', raw: Buffer.from(envelope()) }])
  })

  it('that came over HTTPS too is one notification: by the shared addresses and a shared queue', async () => {
    expect(await fromHttps(envelope())).toEqual({ outcome: 'stored' })
    expect(await fromQueue(envelope())).toEqual({ outcome: 'duplicate' })
  })

  it('that came over HTTPS too is one notification: by the address of a site and a queue for it', async () => {
    expect(await fromQueue(envelope(), 'main')).toEqual({ outcome: 'stored' })
    expect(await fromHttps(envelope(), 'main')).toEqual({ outcome: 'duplicate' })
    expect(await fromHttps(envelope(), 'other')).toEqual({ outcome: 'stored' })
  })

  it('that confirms a subscription of an allowed topic is kept to be confirmed', async () => {
    const confirmation = JSON.stringify(signer.sign(confirmationFields))
    expect(await fromQueue(confirmation)).toEqual({ outcome: 'confirmation', state: 'due' })
    expect(await settings.confirmations.list()).toMatchObject([{ topicArn: topic, addressed: '' }])
  })

  it('waits in the queue while the certificate is not to be had', async () => {
    isCertificateThere = false
    expect(await fromQueue(envelope())).toMatchObject({ outcome: 'refused', code: 'SNS_CERTIFICATE_UNAVAILABLE' })
    expect(inbox.stored).toEqual([])
  })

  it('of raw delivery is refused by that name', async () => {
    for (const message of ['{"eventType":"Bounce"}', '{"notificationType":"Complaint"}'])
      expect(await fromQueue(message)).toMatchObject({ outcome: 'refused', code: 'SNS_RAW_DELIVERY' })
  })

  it.each<[string, () => string, string]>([
    ['nothing', () => '', 'SNS_BODY_UNREADABLE'],
    ['no JSON', () => 'hello', 'SNS_BODY_UNREADABLE'],
    ['the half of an envelope', () => envelope().slice(0, 400), 'SNS_BODY_UNREADABLE'],
    ['JSON that is no object', () => '[1]', 'SNS_BODY_UNREADABLE'],
    ['other software', () => '{"Records":[{"eventSource":"aws:s3"}]}', 'SNS_ENVELOPE_INVALID'],
    ['as much as SQS takes of anything', () => 'x'.repeat(1024 * 1024), 'SNS_BODY_UNREADABLE'],
    ['JSON nested beyond measure', () => '['.repeat(500_000), 'SNS_BODY_UNREADABLE'],
    [
      'bytes that SQS could not read as text',
      () => envelope().replace('Bounce', 'Bou\u{fffd}nce'),
      'SNS_SIGNATURE_INVALID',
    ],
    ['half a character', () => envelope().replace('Bounce', String.raw`Bou\ud800nce`), 'SNS_ENVELOPE_INVALID'],
    ['a changed text', () => envelope().replace('Bounce', 'Bounze'), 'SNS_SIGNATURE_INVALID'],
    ['a stranger’s topic', () => envelope({ TopicArn: `${topic}-strange` }), 'SNS_TOPIC_NOT_ALLOWED'],
  ])('with %s is refused by its reason, and counted', async (_name, body, code) => {
    expect(await fromQueue(body())).toMatchObject({ outcome: 'refused', code })
    expect(refused).toMatchObject([{ channel: 'sqs', code }])
    expect(inbox.stored).toEqual([])
  })

  it('of the largest size that SNS makes is taken', async () => {
    const message = JSON.stringify({ eventType: 'Bounce', text: 'ü'.repeat(120 * 1024) })
    expect(await fromQueue(envelope({ Message: message }))).toEqual({ outcome: 'stored' })
  })
})
