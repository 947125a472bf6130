import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type CertificateOptions, makeCertificate, rsaPair, toPem } from '../../testing/x509.ts'
import { type SigningCertificate, readCertificate, validityRefusal } from './certificate.ts'

const { publicKey, privateKey } = rsaPair()
const name = 'sns.amazonaws.com'
const validFrom = Date.UTC(2026, 0, 1)
const validTo = Date.UTC(2026, 10, 30)

function pem(options: Partial<CertificateOptions> = {}): string {
  return makeCertificate({ publicKey, commonName: name, validFrom, validTo, ...options }, privateKey)
}

function read(text: string, names: readonly string[] = [name]) {
  return readCertificate(Buffer.from(text), names)
}

function good(): SigningCertificate {
  const result = read(pem())
  if (!result.ok) throw new Error(result.reason)
  return result.certificate
}

describe('readCertificate', () => {
  it('gives the key, the length of its signatures and the validity', () => {
    const certificate = good()
    expect(certificate.key.equals(publicKey)).toBe(true)
    expect(certificate).toMatchObject({ signatureLength: 256, validFrom, validTo })
  })

  it('takes line ends of Windows and white space at the end', () => {
    expect(read(`${pem().replaceAll('\n', '\r\n')}\n \n`).ok).toBe(true)
  })

  it.each([
    ['an error page', '<html><body>503 Service Unavailable</body></html>'],
    ['nothing', ''],
    ['half a file', pem().slice(0, 600)],
    ['two certificates', pem() + pem()],
    ['something in front', `Bag Attributes\n${pem()}`],
    ['something behind', `${pem()}x`],
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a bare public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['bytes behind the certificate within the block', toPem(Buffer.concat([derOf(pem()), Buffer.from('x')]))],
    ['base64 of no certificate', toPem(Buffer.from('x'.repeat(900)))],
    ['another label', pem().replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ])('finds no certificate in %s, which may be better next time', (_, text) => {
    expect(read(text)).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_UNAVAILABLE' })
  })

  it('judges a certificate by its alternative names, not by its common name', () => {
    expect(read(pem({ altNames: ['evil.example'] }))).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_INVALID' })
    expect(read(pem({ commonName: 'evil.example', altNames: [name] })).ok).toBe(true)
    expect(read(pem({ altNames: ['other.example', name] })).ok).toBe(true)
  })

  it('takes the common name where there is no alternative name', () => {
    expect(read(pem({ altNames: [] })).ok).toBe(true)
  })

  it.each([
    'evil.example',
    '*.amazonaws.com',
    's3.amazonaws.com',
    'x.sns.amazonaws.com',
    'sns.amazonaws.com.evil.example',
  ])('refuses a certificate for %s', (commonName) => {
    expect(read(pem({ commonName }))).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_INVALID' })
  })

  it('takes either of two expected names', () => {
    expect(read(pem(), ['sns-signing.eu-south-9.amazonaws.com', name]).ok).toBe(true)
  })

  it('takes no certificate where no name is expected', () => {
    expect(read(pem(), []).ok).toBe(false)
  })

  it.each([
    ['RSA of 1024 bits', rsaPair(1024).publicKey],
    ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey],
    ['RSA for PSS only', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
  ])('refuses a key of %s', (_, key) => {
    expect(read(pem({ publicKey: key }))).toMatchObject({ ok: false, code: 'SNS_CERTIFICATE_INVALID' })
  })

  it('knows the signature length of a larger key', () => {
    const result = read(pem({ publicKey: rsaPair(3072).publicKey }))
    expect(result).toMatchObject({ ok: true, certificate: { signatureLength: 384 } })
  })
})

describe('validityRefusal', () => {
  it('is none from the first moment to the last', () => {
    expect(validityRefusal(good(), validFrom)).toBeNull()
    expect(validityRefusal(good(), validTo)).toBeNull()
  })

  it('is final after the end', () => {
    expect(validityRefusal(good(), validTo + 1)).toMatchObject({
      code: 'SNS_CERTIFICATE_INVALID',
      reason: 'the certificate expired on 2026-11-30',
    })
  })

  it('passes by itself before the beginning', () => {
    expect(validityRefusal(good(), validFrom - 1)).toMatchObject({ code: 'SNS_CERTIFICATE_NOT_YET_VALID' })
  })

  it('takes a time that is none for invalid', () => {
    expect(validityRefusal(good(), Number.NaN)).toMatchObject({ code: 'SNS_CERTIFICATE_INVALID' })
  })
})

function derOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----[A-Z ]+-----|\n/g, ''), 'base64')
}
