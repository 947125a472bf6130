import { type KeyObject, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  bitString,
  der,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  set,
  unsigned,
  utf8String,
  validityTime,
} from './der.ts'
import { regionOf } from './region.ts'

/** A key that signs as SNS, with the certificate by which the gateway recognises it. */
export interface SigningIdentity {
  readonly privateKey: KeyObject
  /** PEM, one block, as SNS serves it. Nothing in it is secret. */
  readonly certificate: string
  /** Last part of SigningCertURL: `SimpleNotificationService-<32 hex digits>.pem`. */
  readonly fileName: string
}

export interface CertificateOptions {
  /** Decides the certificate's name: most regions have `sns.amazonaws.com`, opt-in regions their own. */
  readonly region: string
  /** Epoch milliseconds, cut to the second. SNS's certificates are valid for about eleven months. */
  readonly validFrom: number
  readonly validTo: number
}

/**
 * Makes an RSA-2048 key and a self-signed certificate, in form as SNS's are: one leaf whose alternative
 * name equals its common name. No gateway trusts it until its file lies in the gateway's folder of
 * certificates. Takes some tenths of a second, for the key.
 */
export function createSigningIdentity(options: CertificateOptions): SigningIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return certify(privateKey, publicKey, options)
}

/** A new certificate for a key that is there already. */
export function certify(privateKey: KeyObject, publicKey: KeyObject, options: CertificateOptions): SigningIdentity {
  const bytes = selfSigned(privateKey, publicKey, options)
  return { privateKey, certificate: toPem(bytes), fileName: fileNameOf(bytes) }
}

/** Puts the certificate, and only that, where the gateway looks for it. Returns the file's path. */
export async function saveCertificate(identity: SigningIdentity, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, identity.fileName)
  await writeFile(file, identity.certificate)
  return file
}

/** From the certificate, not the key: a gateway keeps what it read under a name, so a new one needs a new name. */
export function fileNameOf(certificate: Uint8Array): string {
  return `SimpleNotificationService-${createHash('sha256').update(certificate).digest('hex').slice(0, 32)}.pem`
}

/** RFC 5280, 4.1: version 3, serial, algorithm, issuer, validity, subject, key, extensions; then the signature. */
function selfSigned(privateKey: KeyObject, publicKey: KeyObject, options: CertificateOptions): Buffer {
  const { certificateName } = regionOf(options.region)
  const sha256WithRsa = sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing())
  const name = sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(certificateName))))
  const content = sequence(
    der(context(0), unsigned(Buffer.of(2))),
    unsigned(randomBytes(16)),
    sha256WithRsa,
    name,
    sequence(validityTime(options.validFrom), validityTime(options.validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(context(3), sequence(alternativeName(certificateName))),
  )
  return sequence(content, sha256WithRsa, bitString(sign('sha256', content, privateKey)))
}

/** RFC 5280, 4.2.1.6; a dNSName is the second choice of GeneralName. */
function alternativeName(dnsName: string): Buffer {
  const dns = 0x82
  return sequence(objectIdentifier('2.5.29.17'), octetString(sequence(der(dns, Buffer.from(dnsName)))))
}

const context = (number: number): number => 0xa0 | number

function toPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
