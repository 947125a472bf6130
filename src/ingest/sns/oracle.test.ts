import * as fc from 'fast-check'
import SnsPayloadValidator from 'sns-payload-validator'
import { describe, expect, it } from 'vitest'
import { fixtureNames, readFixture, requireFixtures } from '../../testing/fixtures.ts'
import { confirmationFields, createSnsSigner, notificationFields } from '../../testing/snsSigner.ts'
import { CachedKeys } from './certificates/cachedKeys.ts'
import { parseEnvelope, publishedAt } from './envelope.ts'
import { SnsVerifier } from './verifier.ts'

/**
 * Another's validator judges the same messages. It knows neither validity nor names of certificates and
 * is lax about base64 and URLs, so it is asked only about changes of one character where it is right.
 */
const signer = createSnsSigner()
const folder = 'sns-genuine'
const genuine = requireFixtures() ? fixtureNames(folder, '.json').map((name) => readFixture(folder, name)) : []
const messages: readonly Buffer[] = [
  ...genuine,
  ...(['1', '2'] as const).flatMap((version) => [
    Buffer.from(JSON.stringify(signer.sign(notificationFields, version))),
    Buffer.from(JSON.stringify(signer.sign(confirmationFields, version))),
    Buffer.from(JSON.stringify(signer.sign({ ...confirmationFields, Type: 'UnsubscribeConfirmation' }, version))),
  ]),
]

function pemOf(fileName: string): Buffer {
  return fileName === signer.certificateName ? Buffer.from(signer.pem) : readFixture(`${folder}/certificates`, fileName)
}

const keys = new CachedKeys({ load: async ({ fileName }) => ({ ok: true, bytes: pemOf(fileName) }) }, { now: () => 0 })
const verifier = new SnsVerifier(keys)
const validator = new SnsPayloadValidator()

interface Store {
  set(key: string, value: string): void
}

/** Its certificates are put where it keeps what it fetched: it has no other way in. */
const store: unknown = Reflect.get(validator, 'certCache')
function isStore(value: unknown): value is Store {
  return typeof value === 'object' && value !== null && 'set' in value && typeof value.set === 'function'
}

async function oracle(body: Buffer): Promise<boolean> {
  try {
    await validator.validate(body.toString())
    return true
  } catch {
    return false
  }
}

async function ours(body: Buffer, at: number): Promise<boolean> {
  const parsed = parseEnvelope(body)
  return parsed.ok && (await verifier.verify(parsed.envelope, at)).ok
}

/** A message as fields, with what the tests need of it. */
const cases = messages.map((body) => {
  const parsed = parseEnvelope(body)
  if (!parsed.ok) throw new Error(parsed.reason)
  const url = parsed.envelope.signingCertUrl
  if (!isStore(store)) throw new Error('the validator keeps its certificates elsewhere')
  store.set(url, pemOf(url.slice(url.lastIndexOf('/') + 1)).toString())
  const fields: unknown = JSON.parse(body.toString())
  return {
    body,
    fields: Object.entries(fields ?? {}).map(([name, value]) => [name, String(value)] as const),
    at: publishedAt(parsed.envelope) ?? 0,
  }
})

describe('the verifier and sns-payload-validator', () => {
  it('agree on every message as it is', async () => {
    const both = await Promise.all(cases.map(async ({ body, at }) => [await ours(body, at), await oracle(body)]))
    expect(both).toEqual(cases.map(() => [true, true]))
  })

  it('agree on every change of one character', async () => {
    const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const change = fc.record({
      of: fc.constantFrom(...cases),
      name: fc.constantFrom(...names, 'Signature', 'SignatureVersion', 'UnsubscribeURL'),
      at: fc.nat(),
      to: fc.constantFrom(...'a b X Z 0 9 + / : - . " é €'.split(' '), ' ', '\\'),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ of, name, at, to }) => {
        const changed = of.fields.map(([key, value]) => {
          // The bits behind a signature's last byte are not looked at by the other one.
          const end = key === 'Signature' ? value.length - 3 : value.length
          const place = at % end
          // To the other one's base64 both are one character; ours takes only that of SNS.
          fc.pre(!(key === name && key === 'Signature' && to === '-' && value[place] === '+'))
          return [key, key === name ? value.slice(0, place) + to + value.slice(place + 1) : value] as const
        })
        const body = Buffer.from(JSON.stringify(Object.fromEntries(changed)))
        expect(await ours(body, of.at)).toBe(await oracle(body))
      }),
      { numRuns: 500 },
    )
  })
})
