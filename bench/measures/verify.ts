import { type KeyObject, randomUUID, verify as cryptoVerify, X509Certificate } from 'node:crypto'
import https from 'node:https'
import { PassThrough } from 'node:stream'
import SnsPayloadValidator from 'sns-payload-validator'
import SnsValidator from 'sns-validator'
import { systemClock } from '../../src/clock.ts'
import { CachedKeys } from '../../src/ingest/sns/certificates/cachedKeys.ts'
import { parseEnvelope } from '../../src/ingest/sns/envelope.ts'
import { SnsVerifier } from '../../src/ingest/sns/verifier.ts'
import { createSnsSigner, notificationFields } from '../../src/testing/snsSigner.ts'
import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'

/** A bounce with its headers is about that long. */
const messageBytes = 2500

/** Messages, so that no engine learns one by heart. */
const different = 200

/**
 * From the bytes of a request to "SNS signed this": against the least that any verification must do, and
 * against the two validators that others use.
 */
export const verification: Measure = {
  name: 'verify',
  about: 'parse and verify a notification, a single core',
  missing: async () => null,
  run: measure,
}

async function measure({ quick }: MeasureOptions): Promise<readonly Figure[]> {
  const signer = createSnsSigner()
  const certificate = Buffer.from(signer.pem)
  const bodies = Array.from({ length: different }, () =>
    Buffer.from(
      JSON.stringify(
        signer.sign({ ...notificationFields, MessageId: randomUUID(), Message: 'x'.repeat(messageBytes) }, '2'),
      ),
    ),
  )
  const contenders = {
    ours: oursOn(certificate),
    limit: limitOn(new X509Certificate(certificate).publicKey),
    'sns-validator': snsValidatorOn(certificate),
    'sns-payload-validator': await payloadValidatorOn(certificate, bodies),
  }
  for (const [name, accepts] of Object.entries(contenders))
    if (!(await accepts(bodies[0] ?? Buffer.alloc(0)))) throw new Error(`${name} refuses what is genuine`)

  const roundMs = quick ? 150 : 700
  const perSecond = (accepts: Accepts) => async (): Promise<number> => rateOf(accepts, bodies, roundMs)
  const figures = await alternate(
    {
      ours: perSecond(contenders.ours),
      limit: perSecond(contenders.limit),
      snsValidator: perSecond(contenders['sns-validator']),
      payloadValidator: perSecond(contenders['sns-payload-validator']),
    },
    quick ? 5 : 15,
  )
  const from = (theirs: readonly number[]): string =>
    `${median(figures('ours')).toFixed(0)} against ${median(theirs).toFixed(0)} a second`
  const against = (theirs: readonly number[], what: string, atLeast: number): Figure => ({
    what: `parse and verify, against ${what}`,
    value: medianRatio(figures('ours'), theirs),
    unit: 'ratio',
    demand: { atLeast },
    from: from(theirs),
  })
  return [
    against(figures('limit'), 'JSON, string to sign, base64 and crypto.verify alone', 0.9),
    against(figures('snsValidator'), 'sns-validator', 2.5),
    against(figures('payloadValidator'), 'sns-payload-validator', 2.5),
  ]
}

type Accepts = (body: Buffer) => Promise<boolean> | boolean

/** Messages in a second of the processor's time: what other processes take meanwhile is not counted. */
async function rateOf(accepts: Accepts, bodies: readonly Buffer[], ms: number): Promise<number> {
  const begin = process.cpuUsage()
  const spentMs = (): number => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
  let done = 0
  while (spentMs() < ms) {
    for (const body of bodies) await accepts(body)
    done += bodies.length
  }
  return (done / spentMs()) * 1000
}

function oursOn(pem: Buffer): Accepts {
  const keys = new CachedKeys({ load: async () => ({ ok: true, bytes: pem }) }, systemClock)
  const verifier = new SnsVerifier(keys)
  return async (body) => {
    const parsed = parseEnvelope(body)
    return parsed.ok && (await verifier.verify(parsed.envelope, systemClock.now())).ok
  }
}

interface Fields {
  readonly Message: string
  readonly MessageId: string
  readonly Subject?: string
  readonly Timestamp: string
  readonly TopicArn: string
  readonly Type: string
  readonly Signature: string
}

/** JSON parse, string to sign, base64, one-shot verification with a ready key; no check of anything else. */
function limitOn(key: KeyObject): Accepts {
  return (body) => {
    // oxlint-disable-next-line no-unsafe-type-assertion -- made above
    const fields = JSON.parse(body.toString('utf8')) as Fields
    const { Message, MessageId, Subject, Timestamp, TopicArn, Type, Signature } = fields
    const subject = Subject === undefined ? '' : `Subject\n${Subject}\n`
    const text = `Message\n${Message}\nMessageId\n${MessageId}\n${subject}Timestamp\n${Timestamp}\nTopicArn\n${TopicArn}\nType\n${Type}\n`
    return cryptoVerify('sha256', Buffer.from(text, 'utf8'), key, Buffer.from(Signature, 'base64'))
  }
}

/** It fetches the certificate once, for which the network is played. */
function snsValidatorOn(pem: Buffer): Accepts {
  const validator = new SnsValidator()
  const real = https.get
  const played = (_url: unknown, answer: (response: unknown) => void): unknown => {
    const response = Object.assign(new PassThrough(), { statusCode: 200 })
    answer(response)
    response.end(pem)
    return response
  }
  return async (body) => {
    Object.assign(https, { get: played })
    try {
      // oxlint-disable-next-line no-unsafe-type-assertion -- JSON of our own making
      const message = JSON.parse(body.toString('utf8')) as Record<string, unknown>
      return await new Promise<boolean>((resolve) => {
        validator.validate(message, (error) => resolve(error === null))
      })
    } finally {
      Object.assign(https, { get: real })
    }
  }
}

interface TextStore {
  set(key: string, value: string): void
}

function isTextStore(value: unknown): value is TextStore {
  return typeof value === 'object' && value !== null && 'set' in value && typeof value.set === 'function'
}

/** Its certificate is put where it keeps what it has fetched. */
async function payloadValidatorOn(pem: Buffer, [first]: readonly Buffer[]): Promise<Accepts> {
  const validator = new SnsPayloadValidator()
  const store: unknown = Reflect.get(validator, 'certCache')
  const parsed = parseEnvelope(first ?? Buffer.alloc(0))
  if (!isTextStore(store) || !parsed.ok) throw new Error('the validator keeps its certificates elsewhere')
  store.set(parsed.envelope.signingCertUrl, pem.toString())
  return async (body) =>
    validator.validate(body.toString('utf8')).then(
      () => true,
      () => false,
    )
}
