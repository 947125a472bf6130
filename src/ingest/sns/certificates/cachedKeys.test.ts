import { describe, expect, it } from 'vitest'
import { createSnsSigner, signerTime } from '../../../testing/snsSigner.ts'
import { type CertificateLocation, locateCertificate } from '../signingCertUrl.ts'
import { parseTopicArn } from '../topicArn.ts'
import { CachedKeys, type CachedKeysLimits } from './cachedKeys.ts'
import type { CertificateFile, CertificateSource } from './source.ts'

const { pem } = createSnsSigner()
const good: CertificateFile = { ok: true, bytes: Buffer.from(pem) }
const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ses'

/** The n-th of any number of certificates that the URL rule lets through. */
function location(n: number, region = 'eu-west-1'): CertificateLocation {
  const topic = parseTopicArn(`arn:aws:sns:${region}:111122223333:ses`)
  const digits = n.toString(16).padStart(32, '0')
  const url = `https://sns.${region}.amazonaws.com/SimpleNotificationService-${digits}.pem`
  const found = topic === null ? null : locateCertificate(url, topic)
  if (found === null) throw new Error('the test makes bad locations')
  return found
}

/** Answers what the test says, counts, and can be held. */
class ScriptedSource implements CertificateSource {
  answer: CertificateFile = good
  readonly asked: string[] = []
  #gate: PromiseWithResolvers<void> | null = null

  async load({ url }: CertificateLocation): Promise<CertificateFile> {
    this.asked.push(url)
    await this.#gate?.promise
    return this.answer
  }

  hold(): void {
    this.#gate = Promise.withResolvers()
  }

  release(): void {
    this.#gate?.resolve()
    this.#gate = null
  }
}

function setUp(limits?: CachedKeysLimits) {
  const source = new ScriptedSource()
  const clock = { time: 1_000_000, now: () => clock.time }
  return { source, clock, keys: new CachedKeys(source, clock, limits) }
}

describe('CachedKeys', () => {
  it('loads a certificate once and has it at hand from then on', async () => {
    const { source, keys } = setUp()
    const { url } = location(1)
    expect(keys.atHand(url, topicArn)).toBeNull()
    const first = await keys.get(location(1), signerTime)
    expect(first.ok).toBe(true)
    expect(await keys.get(location(1), signerTime)).toEqual(first)
    expect(first).toMatchObject({ certificate: keys.atHand(url, topicArn) })
    expect(source.asked).toEqual([url])
  })

  it('has nothing at hand for a topic of another region or partition', async () => {
    const { keys } = setUp()
    await keys.get(location(1), signerTime)
    const { url } = location(1)
    for (const other of ['arn:aws:sns:eu-west-2:111122223333:ses', 'arn:aws-cn:sns:eu-west-1:111122223333:ses', ''])
      expect(keys.atHand(url, other)).toBeNull()
  })

  it('asks once for one URL, however many wait', async () => {
    const { source, keys } = setUp()
    source.hold()
    const waiting = Array.from({ length: 20 }, async () => keys.get(location(1), signerTime))
    source.release()
    const answers = await Promise.all(waiting)
    expect(answers.every((answer) => answer.ok)).toBe(true)
    expect(source.asked.length).toBe(1)
  })

  it('does not ask again for a pause after a failure, and recovers then', async () => {
    const { source, clock, keys } = setUp()
    source.answer = { ok: false, reason: 'ECONNREFUSED' }
    const refusal = { ok: false, code: 'SNS_CERTIFICATE_UNAVAILABLE', reason: 'ECONNREFUSED' }
    expect(await keys.get(location(1), signerTime)).toEqual(refusal)
    source.answer = good
    clock.time += 4999
    expect(await keys.get(location(1), signerTime)).toEqual(refusal)
    expect(source.asked.length).toBe(1)
    clock.time += 1
    expect((await keys.get(location(1), signerTime)).ok).toBe(true)
    expect(source.asked.length).toBe(2)
  })

  it.each([
    ['an error page', '<html>503</html>', 'SNS_CERTIFICATE_UNAVAILABLE'],
    ['a certificate of somebody else', createSnsSigner({ commonName: 'evil.example' }).pem, 'SNS_CERTIFICATE_INVALID'],
  ])('never keeps %s as a key', async (_, text, code) => {
    const { source, clock, keys } = setUp()
    source.answer = { ok: true, bytes: Buffer.from(text) }
    expect(await keys.get(location(1), signerTime)).toMatchObject({ ok: false, code })
    expect(keys.atHand(location(1).url, topicArn)).toBeNull()
    source.answer = good
    clock.time += 5000
    expect((await keys.get(location(1), signerTime)).ok).toBe(true)
  })

  it('does not stretch the pause when the clock is set back', async () => {
    const { source, clock, keys } = setUp()
    source.answer = { ok: false, reason: 'x' }
    await keys.get(location(1), signerTime)
    clock.time -= 3_600_000
    source.answer = good
    expect((await keys.get(location(1), signerTime)).ok).toBe(true)
  })

  it('loads a certificate anew whose time is over, now and then, and keeps the old one until there is another', async () => {
    const { source, clock, keys } = setUp()
    const later = createSnsSigner({ validFrom: Date.UTC(2026, 11, 1), validTo: Date.UTC(2027, 11, 31) })
    const afterwards = Date.UTC(2027, 1, 1)
    const old = await keys.get(location(1), signerTime)
    expect(await keys.get(location(1), afterwards)).toEqual(old)
    expect(source.asked).toHaveLength(1)

    clock.time += 60_000
    source.answer = { ok: false, reason: 'away' }
    expect(await keys.get(location(1), afterwards)).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_UNAVAILABLE' })
    expect(await keys.get(location(1), signerTime)).toEqual(old)

    clock.time += 5000
    source.answer = { ok: true, bytes: Buffer.from(later.pem) }
    const renewed = await keys.get(location(1), afterwards)
    expect(renewed).toMatchObject({ ok: true, certificate: { validTo: Date.UTC(2027, 11, 31) } })
    expect(keys.atHand(location(1).url, topicArn)).toBe(renewed.ok ? renewed.certificate : null)
    expect(source.asked).toHaveLength(3)
  })

  it('lets the key longest unused give way', async () => {
    const { source, keys } = setUp({ certificates: 2 })
    await keys.get(location(1), signerTime)
    await keys.get(location(2), signerTime)
    keys.atHand(location(1).url, topicArn)
    await keys.get(location(3), signerTime)
    expect(keys.atHand(location(2).url, topicArn)).toBeNull()
    expect(keys.atHand(location(1).url, topicArn)).not.toBeNull()
    expect(keys.atHand(location(3).url, topicArn)).not.toBeNull()
    expect(source.asked.length).toBe(3)
  })

  it('keeps its keys under a flood of certificates that do not exist', async () => {
    const { source, keys } = setUp({ certificates: 2, failures: 4 })
    await keys.get(location(1), signerTime)
    source.answer = { ok: false, reason: 'SNS answered 403 for the certificate' }
    for (let n = 100; n < 200; n += 1) await keys.get(location(n), signerTime)
    expect(keys.atHand(location(1).url, topicArn)).not.toBeNull()
    // The oldest failures were forgotten to make room, the newest not.
    const asked = source.asked.length
    await keys.get(location(199), signerTime)
    expect(source.asked.length).toBe(asked)
    await keys.get(location(100), signerTime)
    expect(source.asked.length).toBe(asked + 1)
  })

  it('asks for so many at once and not more, and turns the rest away for now', async () => {
    const { source, keys } = setUp({ loading: 3 })
    source.hold()
    const waiting = [1, 2, 3].map(async (n) => keys.get(location(n), signerTime))
    expect(await keys.get(location(4), signerTime)).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_UNAVAILABLE' })
    const joined = keys.get(location(3), signerTime)
    source.release()
    await Promise.all(waiting)
    expect((await joined).ok).toBe(true)
    // Being turned away is not remembered as a failure of that certificate.
    expect((await keys.get(location(4), signerTime)).ok).toBe(true)
  })
})
