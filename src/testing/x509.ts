import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/**
 * Makes certificates for tests, good and bad ones. Node can read X.509 and not write it, so the few parts of
 * DER that a certificate needs are written here (ITU-T X.690, RFC 5280).
 */
export interface CertificateOptions {
  /** The key that the certificate is for; also an elliptic or a short one. */
  readonly publicKey: KeyObject
  readonly commonName: string
  /** DNS names; an empty list leaves the extension out. @default [commonName] */
  readonly altNames?: readonly string[]
  /** Epoch milliseconds, cut to the second. */
  readonly validFrom: number
  readonly validTo: number
}

export interface RsaPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export function rsaPair(modulusLength = 2048): RsaPair {
  return generateKeyPairSync('rsa', { modulusLength })
}

/** @param issuerKey an RSA key, the subject's own for a self-signed one */
export function makeCertificate(options: CertificateOptions, issuerKey: KeyObject): string {
  const { publicKey, commonName, altNames = [commonName], validFrom, validTo } = options
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
  const sha256WithRsa = sequence(oid('2a864886f70d01010b'), der(0x05))
  const names = altNames.map((altName) => der(0x82, Buffer.from(altName)))
  const extensions = der(0xa3, sequence(sequence(oid('551d11'), der(0x04, sequence(...names)))))
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sha256WithRsa,
    name,
    sequence(time(validFrom), time(validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(altNames.length === 0 ? [] : [extensions]),
  )
  const signature = sign('sha256', body, issuerKey)
  const certificate = sequence(body, sha256WithRsa, der(0x03, Buffer.from([0]), signature))
  return toPem(certificate)
}

export function toPem(certificate: Uint8Array): string {
  const lines = Buffer.from(certificate).toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, Math.floor(length / 0x100), length % 0x100]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts)
const integer = (value: Uint8Array): Buffer => der(0x02, value)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))

/** GeneralizedTime, `YYYYMMDDHHMMSSZ`. OpenSSL reads it for all years, though RFC 5280 wants it from 2050 on. */
function time(epochMs: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`))
}
