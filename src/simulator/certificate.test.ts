import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCertificate, validityRefusal } from '../ingest/sns/certificate.ts'
import { certify, createSigningIdentity, saveCertificate } from './certificate.ts'

const day = 86_400_000
const validFrom = Date.UTC(2049, 10, 1)
const options = { region: 'eu-west-1', validFrom, validTo: validFrom + 330 * day }
const identity = createSigningIdentity(options)

describe('createSigningIdentity', () => {
  it('makes a certificate that OpenSSL reads and that signs itself', () => {
    const x509 = new X509Certificate(identity.certificate)
    expect(x509.subject).toBe('CN=sns.amazonaws.com')
    expect(x509.issuer).toBe(x509.subject)
    expect(x509.subjectAltName).toBe('DNS:sns.amazonaws.com')
    expect(x509.verify(x509.publicKey)).toBe(true)
    expect(x509.checkPrivateKey(identity.privateKey)).toBe(true)
    expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  it('writes both forms of time, before and after 2050', () => {
    const x509 = new X509Certificate(identity.certificate)
    expect(x509.validFromDate.getTime()).toBe(options.validFrom)
    expect(x509.validToDate.getTime()).toBe(options.validTo)
  })

  it('names the file as SNS does', () => {
    expect(identity.fileName).toMatch(/^SimpleNotificationService-[0-9a-f]{32}\.pem$/)
  })

  it('is accepted by the gateway for as long as it is valid', () => {
    const read = readCertificate(Buffer.from(identity.certificate), ['sns.amazonaws.com'])
    if (!read.ok) throw new Error(read.reason)
    expect(validityRefusal(read.certificate, validFrom)).toBeNull()
    expect(validityRefusal(read.certificate, options.validTo + 1)).not.toBeNull()
  })

  it('bears the own name of a region that is opted into', () => {
    const { privateKey } = identity
    const { publicKey } = new X509Certificate(identity.certificate)
    const other = certify(privateKey, publicKey, { ...options, region: 'eu-south-2' })
    expect(new X509Certificate(other.certificate).subject).toBe('CN=sns-signing.eu-south-2.amazonaws.com')
    expect(other.fileName).not.toBe(identity.fileName)
  })
})

describe('saveCertificate', () => {
  it('writes the certificate and nothing else', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-certificate-'))
    try {
      const folder = path.join(root, 'certificates')
      const file = await saveCertificate(identity, folder)
      expect(await readdir(folder)).toEqual([identity.fileName])
      expect(await readFile(file, 'utf8')).toBe(identity.certificate)
    } finally {
      await rm(root, { recursive: true })
    }
  })
})
