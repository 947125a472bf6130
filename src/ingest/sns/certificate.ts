import { type KeyObject, X509Certificate } from 'node:crypto'
import { refuse } from './refuse.ts'
import type { Refusal } from './verdict.ts'

/** A signing certificate that has been read and checked once, in the form each message needs it. */
export interface SigningCertificate {
  readonly key: KeyObject
  /** Bytes of the modulus, and so of every signature. */
  readonly signatureLength: number
  /** Epoch milliseconds, both inclusive. */
  readonly validFrom: number
  readonly validTo: number
}

export type ReadCertificate = { readonly ok: true; readonly certificate: SigningCertificate } | Refusal

/** One block from the first byte to the last, white space at the end aside. Anything more is not what SNS serves. */
const onePemBlock = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/

const minimumModulusBits = 2048

/**
 * Reads the file that SigningCertURL names.
 *
 * The chain is not in the file and is not checked, as in AWS's own validators: trust rests on the
 * verified TLS connection to the host that the URL rule allows, or on the operator's folder.
 *
 * Bytes that are no certificate (an error page answered with 200, half a file) may be better next time:
 * SNS_CERTIFICATE_UNAVAILABLE. A real certificate that is not SNS's stays so: SNS_CERTIFICATE_INVALID.
 *
 * @param names of which the certificate must bear one, exactly: no wildcard stands for it
 */
export function readCertificate(pem: Uint8Array, names: readonly string[]): ReadCertificate {
  const x509 = parsePem(pem)
  if (x509 === null) return refuse('SNS_CERTIFICATE_UNAVAILABLE', 'what came is not exactly one PEM certificate')

  const { publicKey: key } = x509
  // An RSA-PSS key is another type: it would refuse the padding that SNS uses.
  const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0
  if (bits < minimumModulusBits)
    return refuse('SNS_CERTIFICATE_INVALID', `the key is not RSA of at least ${minimumModulusBits} bits`)
  if (!names.some((name) => bearsName(x509, name)))
    return refuse('SNS_CERTIFICATE_INVALID', `the certificate does not bear the name ${names.join(' or ')}`)

  return {
    ok: true,
    certificate: {
      key,
      signatureLength: Math.ceil(bits / 8),
      validFrom: x509.validFromDate.getTime(),
      validTo: x509.validToDate.getTime(),
    },
  }
}

function parsePem(pem: Uint8Array): X509Certificate | null {
  const base64 = onePemBlock.exec(Buffer.from(pem).toString('latin1'))?.[1]
  if (base64 === undefined) return null
  const der = Buffer.from(base64, 'base64')
  try {
    const x509 = new X509Certificate(der)
    // OpenSSL stops at the end of the certificate and would overlook what follows it inside the block.
    return x509.raw.length === der.length ? x509 : null
  } catch {
    return null
  }
}

function bearsName(x509: X509Certificate, name: string): boolean {
  // `default`: the common name counts only where no alternative name is given (RFC 6125, 6.4.4).
  return x509.checkHost(name, { subject: 'default', wildcards: false }) !== undefined
}

/** Null where the certificate is valid at `at` (epoch milliseconds). */
export function validityRefusal(certificate: SigningCertificate, at: number): Refusal | null {
  const { validFrom, validTo } = certificate
  // It will be valid: a clock that runs behind (a machine just woken) must not cost a message.
  if (at < validFrom)
    return refuse(
      'SNS_CERTIFICATE_NOT_YET_VALID',
      `the certificate is valid only from ${day(validFrom)}; a clock may run behind`,
    )
  // Written so that a time which is none (NaN) does not pass for a valid one.
  return at <= validTo ? null : refuse('SNS_CERTIFICATE_INVALID', `the certificate expired on ${day(validTo)}`)
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
