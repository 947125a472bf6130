import { X509Certificate, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fixtureNames, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedSns } from '../testing/simulatedSns.ts'
import type { SignedMessage } from './envelope.ts'
import { signText, signedText } from './signer.ts'

describe.runIf(requireFixtures())('signedText', () => {
  it.each(fixtureNames('sns-genuine', '.json'))('is what AWS signed in %s', (name) => {
    const message: SignedMessage = JSON.parse(readFixture('sns-genuine', name).toString())
    const certificate = readFixture('sns-genuine', `certificates/${message.SigningCertURL.split('/').at(-1)}`)
    const key = new X509Certificate(certificate).publicKey
    const hash = message.SignatureVersion === '1' ? 'sha1' : 'sha256'
    const signature = Buffer.from(message.Signature, 'base64')
    expect(verify(hash, Buffer.from(signedText(message)), key, signature)).toBe(true)
  })
})

describe('signText', () => {
  it('gives the same signature for the same text, another one in the other version', () => {
    const { privateKey } = simulatedSns(new FakeTime()).identity
    expect(signText('x', privateKey, '1')).toBe(signText('x', privateKey, '1'))
    expect(signText('x', privateKey, '1')).not.toBe(signText('x', privateKey, '2'))
    expect(Buffer.from(signText('x', privateKey, '1'), 'base64')).toHaveLength(256)
  })
})
