import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixtureNames, fixturesFolder, readFixture, requireFixtures } from '../../testing/fixtures.ts'
import {
  type SnsFields,
  type SnsSigner,
  confirmationFields,
  createSnsSigner,
  notificationFields,
  signedText,
  signText,
  signerTime,
} from '../../testing/snsSigner.ts'
import { CachedKeys } from './certificates/cachedKeys.ts'
import { FolderSource } from './certificates/folderSource.ts'
import type { CertificateFile, CertificateSource } from './certificates/source.ts'
import { envelopeOf, parseEnvelope, publishedAt } from './envelope.ts'
import type { CertificateLocation } from './signingCertUrl.ts'
import type { Verified } from './verdict.ts'
import { SnsVerifier } from './verifier.ts'

const signer = createSnsSigner()
const stranger = createSnsSigner()

/** Serves one signer's certificate under every URL, as SNS does in all regions, and counts. */
class OneCertificate implements CertificateSource {
  readonly asked: string[] = []
  answer: CertificateFile

  constructor({ pem }: SnsSigner) {
    this.answer = { ok: true, bytes: Buffer.from(pem) }
  }

  async load({ url }: CertificateLocation): Promise<CertificateFile> {
    this.asked.push(url)
    return this.answer
  }
}

function setUp(from: SnsSigner = signer) {
  const source = new OneCertificate(from)
  const clock = { time: signerTime, now: () => clock.time }
  const verifier = new SnsVerifier(new CachedKeys(source, clock))
  /** Parses and verifies, as the gateway does: refused by either is refused. */
  async function judge(fields: Readonly<Record<string, unknown>>, at = signerTime): Promise<Verified> {
    const parsed = envelopeOf(fields)
    return parsed.ok ? verifier.verify(parsed.envelope, at) : parsed
  }
  return { source, clock, verifier, judge }
}

const types: readonly (readonly [string, SnsFields])[] = [
  ['a Notification', notificationFields],
  [
    'a Notification without Subject',
    Object.fromEntries(Object.entries(notificationFields).filter(([n]) => n !== 'Subject')),
  ],
  ['a SubscriptionConfirmation', confirmationFields],
  ['an UnsubscribeConfirmation', { ...confirmationFields, Type: 'UnsubscribeConfirmation' }],
]
const versions = ['1', '2'] as const

describe('SnsVerifier', () => {
  describe.each(types)('%s', (_, fields) => {
    it.each(versions)('is proven by its signature of version %s (D27)', async (version) => {
      const signed = signer.sign(fields, version)
      expect(await setUp().judge(signed)).toEqual({
        ok: true,
        signatureVersion: version,
        certificateUrl: signed['SigningCertURL'],
      })
    })

    it.each(versions)('of version %s is not passed off as the other version', async (version) => {
      const signed = { ...signer.sign(fields, version), SignatureVersion: version === '1' ? '2' : '1' }
      expect(await setUp().judge(signed)).toMatchObject({ ok: false, code: 'SNS_SIGNATURE_INVALID' })
    })

    it('is refused with any signed field changed, cut or lengthened', async () => {
      const signed = signer.sign(fields)
      const { judge } = setUp()
      const change = fc.record({
        field: fc.constantFrom(...Object.keys(fields)),
        at: fc.nat(),
        cut: fc.nat({ max: 2 }),
        piece: fc.oneof(fc.string({ maxLength: 3, unit: 'binary' }), fc.constantFrom('', '\n', ' ', '\0', '\ufffd')),
      })
      await fc.assert(
        fc.asyncProperty(change, async ({ field, at, cut, piece }) => {
          const value = signed[field] ?? ''
          const start = at % (value.length + 1)
          const changed = value.slice(0, start) + piece + value.slice(start + cut)
          const { ok } = await judge({ ...signed, [field]: changed })
          expect(ok).toBe(changed === value)
        }),
        { numRuns: 300 },
      )
    })
  })

  it('proves messages with line ends, surrogates and a size beyond the scratch buffer', async () => {
    const { judge } = setUp()
    for (const Message of ['', '\n', '\r\n', ' x ', '\u{1f600}é\u2028', '\0', '€'.repeat(100_000), 'x'.repeat(262_144)])
      expect(await judge(signer.sign({ ...notificationFields, Message }))).toMatchObject({ ok: true })
  })

  it('cares nothing for what is not signed', async () => {
    const more = { UnsubscribeURL: 'https://evil.example/', MessageAttributes: { a: 1 }, Unknown: [] }
    expect((await setUp().judge({ ...signer.sign(notificationFields), ...more })).ok).toBe(true)
  })

  it('proves the form of Lambda', async () => {
    const { Subject: _, ...fields } = notificationFields
    const { SigningCertURL, ...signed } = signer.sign(fields)
    const lambda = {
      ...signed,
      Subject: null,
      SigningCertUrl: SigningCertURL,
      UnsubscribeUrl: 'x',
      MessageAttributes: {},
    }
    expect((await setUp().judge(lambda)).ok).toBe(true)
  })

  it('does not let Subject slip into MessageId, which has the same signed text', async () => {
    const signed = signer.sign(notificationFields)
    const { Subject, ...rest } = signed
    const moved = { ...rest, MessageId: `${signed['MessageId']}\nSubject\n${Subject}` }
    expect(signedText(moved)).toBe(signedText(signed))
    expect(await setUp().judge(moved)).toMatchObject({ ok: false, code: 'SNS_ENVELOPE_INVALID' })
  })

  it('does not let half a surrogate pair stand for the replacement character, which has the same bytes', async () => {
    const signed = signer.sign({ ...notificationFields, Message: 'a\ufffdb' })
    const { judge } = setUp()
    expect((await judge(signed)).ok).toBe(true)
    expect((await judge({ ...signed, Message: 'a\ud83db' })).ok).toBe(false)
  })

  it('refuses a signature by another key', async () => {
    expect(await setUp().judge(stranger.sign(notificationFields))).toMatchObject({
      ok: false,
      code: 'SNS_SIGNATURE_INVALID',
    })
  })

  it.each([
    ['empty', ''],
    ['of another length', Buffer.alloc(255, 1).toString('base64')],
    ['zero', Buffer.alloc(256).toString('base64')],
    ['the largest number', Buffer.alloc(256, 255).toString('base64')],
    ['of the right length in characters', '='.repeat(344)],
  ])('refuses a signature that is %s', async (_, Signature) => {
    expect(await setUp().judge({ ...signer.sign(notificationFields), Signature })).toMatchObject({
      ok: false,
      code: 'SNS_SIGNATURE_INVALID',
    })
  })

  it('refuses a good signature whose plus signs became spaces', async () => {
    // Which message has a plus in its signature is chance: the first of some.
    const signed = Array.from({ length: 50 }, (_, n) =>
      signer.sign({ ...notificationFields, MessageId: `m${n}` }),
    ).find((fields) => fields['Signature']?.includes('+'))
    expect.assert(signed !== undefined)
    const { judge } = setUp()
    expect((await judge(signed)).ok).toBe(true)
    expect((await judge({ ...signed, Signature: signed['Signature']?.replaceAll('+', ' ') })).ok).toBe(false)
  })

  it.each(['', '0', '3', '1.0', '2 ', 'sha256'])(
    'refuses SignatureVersion %j before anything else',
    async (version) => {
      const { source, judge } = setUp()
      const fields = {
        ...signer.sign(notificationFields),
        SignatureVersion: version,
        SigningCertURL: 'http://evil.example/',
      }
      expect(await judge(fields)).toMatchObject({ ok: false, code: 'SNS_SIGNATURE_VERSION' })
      expect(source.asked).toEqual([])
    },
  )

  it.each([
    ['a bucket', 'https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem'],
    [
      'another region',
      'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    ],
    ['a trailing line break', `https://sns.eu-west-1.amazonaws.com/${signer.certificateName}\n`],
    ['nothing', ''],
  ])('asks for no certificate at %s', async (_, SigningCertURL) => {
    const { source, judge } = setUp()
    await judge(signer.sign(notificationFields))
    expect(await judge({ ...signer.sign(notificationFields), SigningCertURL })).toMatchObject({
      ok: false,
      code: 'SNS_CERTIFICATE_URL',
    })
    expect(source.asked).toEqual([`https://sns.eu-west-1.amazonaws.com/${signer.certificateName}`])
  })

  it('holds the URL against the topic also when the certificate is at hand', async () => {
    const { judge } = setUp()
    const signed = signer.sign(notificationFields)
    expect((await judge(signed)).ok).toBe(true)
    const TopicArn = 'arn:aws:sns:eu-west-2:111122223333:ses'
    const elsewhere = { ...notificationFields, TopicArn }
    const Signature = signText(signedText(elsewhere), signer.privateKey, '2')
    expect(await judge({ ...signed, ...elsewhere, Signature })).toMatchObject({
      ok: false,
      code: 'SNS_CERTIFICATE_URL',
    })
  })

  it("wants the region's own name in a region that is opted into", async () => {
    const TopicArn = 'arn:aws:sns:me-south-1:111122223333:ses'
    const own = createSnsSigner({ commonName: 'sns-signing.me-south-1.amazonaws.com' })
    expect((await setUp(own).judge(own.sign({ ...notificationFields, TopicArn }))).ok).toBe(true)
    expect(await setUp().judge(signer.sign({ ...notificationFields, TopicArn }))).toMatchObject({
      ok: false,
      code: 'SNS_CERTIFICATE_INVALID',
    })
  })

  it('judges the validity at the time given, not by a clock', async () => {
    const { judge } = setUp()
    const signed = signer.sign(notificationFields)
    const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 11, 31)]
    expect(await judge(signed, from - 1)).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_NOT_YET_VALID' })
    expect(await judge(signed, from)).toMatchObject({ ok: true })
    expect(await judge(signed, to)).toMatchObject({ ok: true })
    expect((await judge(signed, to + 1)).ok).toBe(false)
  })

  it('is asked to come again where the certificate has expired by a clock that is far ahead of it, and never believed', async () => {
    const { judge } = setUp()
    const signed = signer.sign(notificationFields)
    const nextYear = Date.UTC(2027, 5, 1)
    expect(await judge(signed, nextYear)).toMatchObject({ ok: false, code: 'SNS_TIMESTAMP_TOO_OLD' })
    expect(await judge({ ...signed, Message: 'x' }, nextYear)).toMatchObject({ code: 'SNS_SIGNATURE_INVALID' })
    const late = signer.sign({ ...notificationFields, Timestamp: '2027-05-01T00:00:00.000Z' })
    expect(await judge(late, nextYear)).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_INVALID' })
  })

  it('is asked to come again while the certificate cannot be had, and proves the message then', async () => {
    const { source, clock, judge } = setUp()
    const { answer } = source
    source.answer = { ok: false, reason: 'SNS answered 503 for the certificate' }
    const signed = signer.sign(notificationFields)
    expect(await judge(signed)).toEqual({
      ok: false,
      code: 'SNS_CERTIFICATE_UNAVAILABLE',
      reason: 'SNS answered 503 for the certificate',
    })
    source.answer = answer
    clock.time += 5000
    expect((await judge(signed)).ok).toBe(true)
  })

  it('keeps messages apart that wait for one certificate at the same time', async () => {
    const { source, judge } = setUp()
    const signed = Array.from({ length: 20 }, (_, n) =>
      signer.sign({ ...notificationFields, Message: `${n}\n`.repeat(n) }),
    )
    const verdicts = await Promise.all(
      signed.map(async (fields, n) => judge(n % 2 === 0 ? fields : { ...fields, Message: 'x' })),
    )
    expect(verdicts.map(({ ok }) => ok)).toEqual(signed.map((_, n) => n % 2 === 0))
    expect(source.asked.length).toBe(1)
  })
})

const folder = 'sns-genuine'

describe.each(requireFixtures() ? [folder] : [])('SnsVerifier, with the messages of %s that AWS signed', () => {
  const names = fixtureNames(folder, '.json')
  const keys = new CachedKeys(new FolderSource(`${fixturesFolder}/${folder}/certificates`), { now: () => 0 })
  const verifier = new SnsVerifier(keys)

  function fieldsOf(name: string): Record<string, string> {
    const value: unknown = JSON.parse(readFixture(folder, name).toString())
    if (typeof value !== 'object' || value === null) throw new Error(`${name} is no object`)
    return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
  }

  /** Judged at the message's own Timestamp: the certificates have expired since. */
  async function judge(fields: Readonly<Record<string, string>>, at = fields['Timestamp'] ?? ''): Promise<Verified> {
    const parsed = parseEnvelope(Buffer.from(JSON.stringify(fields)))
    return parsed.ok ? verifier.verify(parsed.envelope, Date.parse(at)) : parsed
  }

  it('has all kinds of them', () => {
    const seen = new Set(names.map((name) => name.split('-').slice(1, 3).join('-')))
    expect(seen).toEqual(
      new Set(['v1-Notification', 'v2-Notification', 'v1-SubscriptionConfirmation', 'v2-UnsubscribeConfirmation']),
    )
  })

  it.each(names)('proves %s as it came', async (name) => {
    const parsed = parseEnvelope(readFixture(folder, name))
    expect.assert(parsed.ok)
    const at = publishedAt(parsed.envelope)
    expect.assert(at !== null)
    const signatureVersion = /v(\d)/.exec(name)?.[1]
    expect(await verifier.verify(parsed.envelope, at)).toMatchObject({ ok: true, signatureVersion })
  })

  it.each(names)('refuses %s with one character of any signed field changed', async (name) => {
    const fields = fieldsOf(name)
    const signed = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const proven: string[] = []
    for (const field of signed.filter((key) => fields[key] !== undefined)) {
      const value = fields[field] ?? ''
      for (let at = 0; at < value.length; at += 1) {
        const other = String.fromCodePoint((value.codePointAt(at) ?? 0) ^ 1)
        const changed = { ...fields, [field]: value.slice(0, at) + other + value.slice(at + 1) }
        if ((await judge(changed, fields['Timestamp'])).ok) proven.push(`${field} ${at}`)
      }
    }
    expect(proven).toEqual([])
  })

  it.each(names)('refuses %s under the other signature version', async (name) => {
    const fields = fieldsOf(name)
    const SignatureVersion = fields['SignatureVersion'] === '1' ? '2' : '1'
    expect(await judge({ ...fields, SignatureVersion })).toMatchObject({ ok: false, code: 'SNS_SIGNATURE_INVALID' })
  })

  it.each(names)('refuses %s with the signature of any other', async (name) => {
    const signatures = names.filter((other) => other !== name).map((other) => fieldsOf(other)['Signature'] ?? '')
    const verdicts = await Promise.all(signatures.map(async (Signature) => judge({ ...fieldsOf(name), Signature })))
    expect(verdicts.filter(({ ok }) => ok)).toEqual([])
  })

  it.each(names.filter((name) => name.includes('-Notification-')))(
    'refuses %s with its Subject taken or one given',
    async (name) => {
      const { Subject, ...without } = fieldsOf(name)
      expect((await judge(Subject === undefined ? { ...without, Subject: 'Hello' } : without)).ok).toBe(false)
    },
  )

  it.each(names)('refuses %s when its certificate has expired', async (name) => {
    expect(await judge(fieldsOf(name), '2027-01-01T00:00:00.000Z')).toMatchObject({
      ok: false,
      code: 'SNS_TIMESTAMP_TOO_OLD',
    })
  })
})
