import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Emitter } from '../emitter.ts'
import { errorCatalogue } from '../errors/catalogue.ts'
import { FakeTime, turns } from '../testing/fakeTime.ts'
import { MemoryInbox, storageFault } from '../testing/memoryInbox.ts'
import { MemorySettings, testSite } from '../testing/memorySettings.ts'
import { confirmationFields, notificationFields, type SnsFields } from '../testing/snsSigner.ts'
import { type Acceptance, Acceptor, type ChooseSite } from './accept.ts'
import type { IngestEvents } from './events.ts'
import { refuse } from './sns/refuse.ts'
import type { SnsEnvelope, Verified, Verifier } from './sns/verdict.ts'

const topic = 'arn:aws:sns:eu-west-1:111122223333:ses'
const signed = {
  SignatureVersion: '2',
  Signature: 'AAAA',
  SigningCertURL: `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0'.repeat(32)}.pem`,
}
const notification: SnsFields = { ...notificationFields, ...signed }
const confirmation: SnsFields = { ...confirmationFields, ...signed }
const unsubscription: SnsFields = { ...confirmation, Type: 'UnsubscribeConfirmation' }

class RecordingVerifier implements Verifier {
  readonly asked: { readonly envelope: SnsEnvelope; readonly at: number }[] = []
  answer: Verified | Error = { ok: true, signatureVersion: '2', certificateUrl: signed.SigningCertURL }

  async verify(envelope: SnsEnvelope, at: number): Promise<Verified> {
    this.asked.push({ envelope, at })
    if (this.answer instanceof Error) throw this.answer
    return this.answer
  }
}

function setUp(settings = new MemorySettings(testSite('main', [topic])), chooseSite: ChooseSite = () => '') {
  const inbox = new MemoryInbox()
  const verifier = new RecordingVerifier()
  const time = new FakeTime()
  const events = new Emitter<IngestEvents>()
  const heard: { name: string; payload: unknown }[] = []
  for (const name of ['accepted', 'refused', 'confirmationKept', 'unsubscribed', 'fault'] as const)
    events.on(name, (payload) => heard.push({ name, payload }))
  let woken = 0
  const acceptor = new Acceptor({
    inbox,
    settings,
    verifier,
    chooseSite,
    clock: time,
    events,
    onConfirmationDue: () => woken++,
  })
  const post = async (message: unknown, addressed = '', headers = {}): Promise<Acceptance> =>
    acceptor.accept({
      channel: 'https',
      body: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
      headers,
      addressed,
    })
  return { inbox, verifier, time, heard, settings, acceptor, post, woken: () => woken }
}

describe('a notification', () => {
  it('is stored as it came, with its verdict, for the one site that allows its topic', async () => {
    const { post, inbox, time, heard } = setUp()
    expect(await post(notification)).toEqual({ outcome: 'stored' })
    expect(inbox.stored).toEqual([
      {
        addressed: '',
        site: 'main',
        messageId: notification['MessageId'],
        topicArn: topic,
        channel: 'https',
        receivedAt: time.now(),
        publishedAt: Date.parse(notification['Timestamp'] ?? ''),
        raw: Buffer.from(JSON.stringify(notification)),
        verdict: { signatureVersion: '2', certificateUrl: signed.SigningCertURL, verifiedAt: time.now() },
      },
    ])
    expect(heard).toEqual([{ name: 'accepted', payload: { channel: 'https', outcome: 'stored', site: 'main' } }])
  })

  it('that is there already is a duplicate', async () => {
    const { post, inbox, heard } = setUp()
    await post(notification)
    expect(await post(notification)).toEqual({ outcome: 'duplicate' })
    expect(inbox.stored).toHaveLength(1)
    expect(heard.at(-1)).toMatchObject({ name: 'accepted', payload: { outcome: 'duplicate' } })
  })

  it('of a topic that another instance allowed a moment ago is stored, not refused for good', async () => {
    const { post, settings, inbox } = setUp(new MemorySettings(testSite('main')))
    settings.elsewhere = async () => settings.saveSite(testSite('other', [topic]))
    expect(await post(notification)).toEqual({ outcome: 'stored' })
    expect(inbox.stored).toMatchObject([{ site: 'other' }])
  })

  it('of an unknown topic may come again while it cannot be known whether another instance allows it', async () => {
    const { post, settings } = setUp(new MemorySettings(testSite('main')))
    settings.elsewhere = async () => {
      throw storageFault()
    }
    expect(await post(notification)).toMatchObject({ outcome: 'refused', code: 'STORAGE_UNAVAILABLE' })
  })

  it('is not acknowledged before the inbox has committed', async () => {
    const { post, inbox } = setUp()
    const disk = Promise.withResolvers<void>()
    inbox.disk = disk.promise
    let answered = false
    const accepted = post(notification).then((outcome) => {
      answered = true
      return outcome
    })
    await turns()
    expect(answered).toBe(false)
    disk.resolve()
    expect(await accepted).toEqual({ outcome: 'stored' })
  })

  it('comes again for a second site that its address names', async () => {
    const { post, inbox } = setUp(new MemorySettings(testSite('one', [topic]), testSite('two', [topic])))
    expect(await post(notification, 'one')).toEqual({ outcome: 'stored' })
    expect(await post(notification, 'two')).toEqual({ outcome: 'stored' })
    expect(inbox.stored.map(({ addressed, site }) => [addressed, site])).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ])
  })

  it.each([
    ['the chosen one of several sites', (): string => 'two', 'two'],
    ['no site where the choice cannot be made', (): string => '', ''],
    ['no site where the choice is not one of them', (): string => 'three', ''],
  ])('goes to the lane of %s', async (_name, choose, lane) => {
    const sites = new MemorySettings(testSite('one', [topic]), testSite('two', ['111122223333']), testSite('three'))
    const { post, inbox } = setUp(sites, choose)
    await post(notification)
    expect(inbox.stored.map(({ site }) => site)).toEqual([lane])
  })

  it('is kept without a lane where choosing the site fails', async () => {
    const sites = new MemorySettings(testSite('one', [topic]), testSite('two', [topic]))
    const { post, inbox, heard } = setUp(sites, () => {
      throw new Error('a fault in choosing')
    })
    expect(await post(notification)).toEqual({ outcome: 'stored' })
    expect(inbox.stored[0]?.site).toBe('')
    expect(heard.map(({ name }) => name)).toEqual(['fault', 'accepted'])
  })

  it('hands the message and the candidates to the choice', async () => {
    const asked: unknown[] = []
    const sites = new MemorySettings(testSite('one', [topic]), testSite('two', [topic]), testSite('three'))
    const { post } = setUp(sites, (message, candidates) => {
      asked.push(message, candidates)
      return ''
    })
    await post(notification)
    expect(asked).toEqual([notification['Message'], ['one', 'two']])
  })

  it('is judged at its own Timestamp, and now where that is in the future', async () => {
    const { post, verifier, time } = setUp()
    await post(notification)
    await post({ ...notification, MessageId: 'later', Timestamp: '2031-01-01T00:00:00.000Z' })
    expect(verifier.asked.map(({ at }) => at)).toEqual([Date.parse(notification['Timestamp'] ?? ''), time.now()])
  })
})

describe('a refusal', () => {
  it.each<[string, unknown, Record<string, string>, string, string]>([
    ['text', 'hello', {}, 'SNS_BODY_UNREADABLE', ''],
    ['an envelope without its fields', { Type: 'Notification' }, {}, 'SNS_ENVELOPE_INVALID', ''],
    ['raw delivery', { eventType: 'Bounce' }, { 'x-amz-sns-topic-arn': topic }, 'SNS_RAW_DELIVERY', topic],
    ['raw delivery from no topic', { eventType: 'Bounce' }, { 'x-amz-sns-topic-arn': '<b>' }, 'SNS_RAW_DELIVERY', ''],
    ['a header that contradicts', notification, { 'x-amz-sns-message-id': 'other' }, 'SNS_HEADER_MISMATCH', ''],
  ])('of %s has its code and nothing of the content', async (_name, message, headers, code, topicArn) => {
    const { post, heard, verifier, inbox, time } = setUp()
    expect(await post(message, '', headers)).toMatchObject({ outcome: 'refused', code })
    const payload = { at: time.now(), channel: 'https', code, topicArn, addressed: '' }
    expect(heard).toMatchObject([{ name: 'refused', payload }])
    expect(JSON.stringify(heard)).not.toContain('hello')
    expect(verifier.asked).toEqual([])
    expect(inbox.stored).toEqual([])
  })

  it.each<[string, string, MemorySettings]>([
    ['of a foreign topic', '', new MemorySettings(testSite('main', ['arn:aws:sns:eu-west-1:111122223333:other']))],
    ['of a topic that only another site allows', 'main', new MemorySettings(testSite('main'), testSite('b', [topic]))],
  ])('%s comes before anything is verified', async (_name, addressed, settings) => {
    const { post, verifier, heard } = setUp(settings)
    expect(await post(notification, addressed)).toMatchObject({ outcome: 'refused', code: 'SNS_TOPIC_NOT_ALLOWED' })
    expect(verifier.asked).toEqual([])
    expect(heard).toMatchObject([{ name: 'refused', payload: { topicArn: topic, addressed } }])
  })

  it.each(['', 'main'])(
    'is not for good where there is no site at all: the data may be missing (at "%s")',
    async (at) => {
      const { post, verifier } = setUp(new MemorySettings())
      expect(await post(notification, at)).toMatchObject({ outcome: 'refused', code: 'GATEWAY_WITHOUT_SITES' })
      expect(errorCatalogue.GATEWAY_WITHOUT_SITES.retryable).toBe(true)
      expect(await post(confirmation, at)).toMatchObject(
        at === '' ? { outcome: 'confirmation', state: 'pending' } : { code: 'GATEWAY_WITHOUT_SITES' },
      )
      expect(verifier.asked).toEqual([])
    },
  )

  it('names an unknown site of the address, for confirmations too', async () => {
    const { post, verifier, settings } = setUp()
    expect(await post(notification, 'nobody')).toMatchObject({ outcome: 'refused', code: 'SITE_UNKNOWN' })
    expect(await post(confirmation, 'nobody')).toMatchObject({ outcome: 'refused', code: 'SITE_UNKNOWN' })
    expect(verifier.asked).toEqual([])
    expect(await settings.confirmations.list()).toEqual([])
  })

  it('by the verifier is passed on', async () => {
    const { post, verifier, inbox } = setUp()
    verifier.answer = refuse('SNS_CERTIFICATE_UNAVAILABLE', 'no answer in time')
    expect(await post(notification)).toEqual({
      outcome: 'refused',
      code: 'SNS_CERTIFICATE_UNAVAILABLE',
      reason: 'no answer in time',
    })
    expect(inbox.stored).toEqual([])
  })

  it('may pass where the database fails', async () => {
    const { post, inbox, heard } = setUp()
    inbox.fault = storageFault()
    expect(await post(notification)).toMatchObject({ outcome: 'refused', code: 'STORAGE_UNAVAILABLE' })
    expect(heard.map(({ name }) => name)).toEqual(['refused'])
    inbox.fault = null
    expect(await post(notification)).toEqual({ outcome: 'stored' })
  })

  it('may pass, and is a fault, where something unforeseen happens', async () => {
    const { post, inbox, verifier, heard } = setUp()
    inbox.fault = new TypeError('o.example@example.org is not a function')
    expect(await post(notification)).toEqual({
      outcome: 'refused',
      code: 'GATEWAY_FAULT',
      reason: 'an unexpected fault; see the log',
    })
    verifier.answer = new Error('no SHA-1 here')
    expect(await post(notification)).toMatchObject({ outcome: 'refused', code: 'GATEWAY_FAULT' })
    expect(heard.map(({ name }) => name)).toEqual(['fault', 'refused', 'fault', 'refused'])
  })
})

describe('a change of the settings', () => {
  it('holds for the next message', async () => {
    const { post, settings, acceptor } = setUp(new MemorySettings(testSite('main')))
    expect(await post(notification)).toMatchObject({ code: 'SNS_TOPIC_NOT_ALLOWED' })
    await settings.saveSite(testSite('main', [topic]))
    expect(await post(notification)).toEqual({ outcome: 'stored' })
    await settings.removeSite('main')
    expect(await post(notification)).toMatchObject({ code: 'GATEWAY_WITHOUT_SITES' })
    acceptor.close()
    expect(settings.listeners).toBe(0)
  })
})

describe('a SubscriptionConfirmation', () => {
  it('of an allowed topic is verified, kept as due, and confirmed by the loop that is woken', async () => {
    const { post, settings, verifier, woken, inbox, time, heard } = setUp()
    expect(await post(confirmation)).toEqual({ outcome: 'confirmation', state: 'due' })
    expect(verifier.asked).toHaveLength(1)
    expect(await settings.confirmations.list()).toMatchObject([
      {
        addressed: '',
        site: 'main',
        topicArn: topic,
        token: confirmation['Token'],
        receivedAt: time.now(),
        publishedAt: Date.parse(confirmation['Timestamp'] ?? ''),
        state: 'due',
        raw: Buffer.from(JSON.stringify(confirmation)),
      },
    ])
    expect(woken()).toBe(1)
    expect(inbox.stored).toEqual([])
    expect(heard).toEqual([
      { name: 'confirmationKept', payload: { state: 'due', topicArn: topic, addressed: '', fresh: true } },
    ])
  })

  it('of an allowed topic is refused where it is forged', async () => {
    const { post, settings, verifier, woken } = setUp()
    verifier.answer = refuse('SNS_SIGNATURE_INVALID', 'forged')
    expect(await post(confirmation)).toMatchObject({ outcome: 'refused', code: 'SNS_SIGNATURE_INVALID' })
    expect(await settings.confirmations.list()).toEqual([])
    expect(woken()).toBe(0)
  })

  it('of a topic not yet allowed is kept as pending, and nothing leaves the machine for it', async () => {
    const { post, settings, verifier, woken } = setUp(new MemorySettings(testSite('main')))
    expect(await post(confirmation, 'main')).toEqual({ outcome: 'confirmation', state: 'pending' })
    expect(await post(confirmation, 'main')).toEqual({ outcome: 'confirmation', state: 'pending' })
    expect(await settings.confirmations.list()).toMatchObject([{ addressed: 'main', site: 'main', state: 'pending' }])
    expect(verifier.asked).toEqual([])
    expect(woken()).toBe(0)
  })

  it('of a topic that several sites allow belongs to none of them yet', async () => {
    const chosen: string[] = []
    const sites = new MemorySettings(testSite('one', [topic]), testSite('two', [topic]))
    const { post, settings } = setUp(sites, (message) => {
      chosen.push(message)
      return 'one'
    })
    await post(confirmation)
    expect(await settings.confirmations.list()).toMatchObject([{ site: '', state: 'due' }])
    expect(chosen).toEqual([])
  })

  it('is refused where it is larger than SNS makes them', async () => {
    const { post, settings } = setUp(new MemorySettings(testSite('main')))
    const padded = { ...confirmation, Message: 'x'.repeat(16 * 1024) }
    expect(await post(padded)).toMatchObject({ outcome: 'refused', code: 'SNS_ENVELOPE_INVALID' })
    expect(await settings.confirmations.list()).toEqual([])
  })

  it('may come again where it could not be stored', async () => {
    const { post, settings } = setUp()
    settings.confirmations.fault = storageFault()
    expect(await post(confirmation)).toMatchObject({ outcome: 'refused', code: 'STORAGE_UNAVAILABLE' })
  })
})

describe('an UnsubscribeConfirmation', () => {
  it('of an allowed topic is verified, stored and told loudly, once', async () => {
    const { post, inbox, verifier, heard, settings } = setUp()
    expect(await post(unsubscription)).toEqual({ outcome: 'stored' })
    expect(await post(unsubscription)).toEqual({ outcome: 'duplicate' })
    expect(verifier.asked).toHaveLength(2)
    expect(inbox.stored).toMatchObject([{ messageId: unsubscription['MessageId'], site: 'main' }])
    expect(heard.filter(({ name }) => name === 'unsubscribed')).toEqual([
      { name: 'unsubscribed', payload: { topicArn: topic, site: 'main' } },
    ])
    expect(await settings.confirmations.list()).toEqual([])
  })

  it('of a foreign topic is refused', async () => {
    const { post, verifier } = setUp(new MemorySettings(testSite('main')))
    expect(await post(unsubscription)).toMatchObject({ outcome: 'refused', code: 'SNS_TOPIC_NOT_ALLOWED' })
    expect(verifier.asked).toEqual([])
  })
})

describe('whatever comes', () => {
  const field = fc.constantFrom(
    ...Object.keys(confirmation),
    'Subject',
    'MessageAttributes',
    '__proto__',
    'constructor',
  )
  const value = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom(topic, '', '\ud800', 'x'.repeat(20_000)))
  const changes = fc.array(fc.tuple(field, value), { maxLength: 4 })
  const start = fc.constantFrom(notification, confirmation, unsubscription, {})

  it('is answered, and is never a fault of the gateway', async () => {
    const { post, heard } = setUp()
    const message = fc.oneof(
      fc
        .tuple(start, changes)
        .map(([fields, changed]) => JSON.stringify({ ...fields, ...Object.fromEntries(changed) })),
      fc.string(),
      fc.json(),
    )
    const headers = fc.dictionary(
      fc.constantFrom('x-amz-sns-message-id', 'x-amz-sns-topic-arn', 'x-amz-sns-rawdelivery', 'x-amz-sns-message-type'),
      fc.oneof(fc.string(), fc.constantFrom('true', topic)),
    )
    await fc.assert(
      fc.asyncProperty(message, headers, fc.constantFrom('', 'main', 'nobody'), async (text, given, addressed) => {
        expect(await post(text, addressed, given)).toHaveProperty('outcome')
      }),
      { numRuns: 500 },
    )
    expect(heard.filter(({ name }) => name === 'fault')).toEqual([])
    expect(new Set(heard.map(({ name }) => name)).size).toBeGreaterThan(1)
  })
})
