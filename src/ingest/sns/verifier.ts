import type { CachedKeys } from './certificates/cachedKeys.ts'
import { publishedAt } from './envelope.ts'
import { type ReadCertificate, type SigningCertificate, validityRefusal } from './certificate.ts'
import { refuse } from './refuse.ts'
import { type SignatureVersion, decodeSignature, isSignatureVersion, signatureFits } from './signature.ts'
import { locateCertificate } from './signingCertUrl.ts'
import { stringToSign } from './stringToSign.ts'
import { parseTopicArn } from './topicArn.ts'
import type { SnsEnvelope, Verified, Verifier } from './verdict.ts'

/**
 * Proves that SNS signed a message. The checks stand in the order of their cost, and nothing leaves the
 * machine before the URL rule is passed: signature version, URL, certificate and its name, validity,
 * signature. That the topic is ours is asked before, by the caller: anyone can have SNS sign for him.
 *
 * The caller says at which time the certificate must be valid, since that depends on the channel and on
 * whether the message is new (see `validityTime`). A message is not refused for its age: SNS repeats for an
 * hour over HTTPS, and for 23 days into a queue.
 */
export class SnsVerifier implements Verifier {
  readonly #keys: CachedKeys
  /** For one string to sign at a time; enough for every record that SES sends but the most verbose. */
  readonly #scratch = Buffer.allocUnsafeSlow(64 * 1024)

  constructor(keys: CachedKeys) {
    this.#keys = keys
  }

  /** @throws only where this machine cannot compute (OpenSSL without SHA-1, say): no verdict, so not a refusal */
  async verify(envelope: SnsEnvelope, at: number): Promise<Verified> {
    const { signatureVersion, signingCertUrl, topicArn } = envelope
    if (!isSignatureVersion(signatureVersion))
      return refuse('SNS_SIGNATURE_VERSION', 'SignatureVersion is neither 1 nor 2')
    const atHand = this.#keys.atHand(signingCertUrl, topicArn)
    if (atHand !== null && validityRefusal(atHand, at) === null)
      return this.#judge(envelope, signatureVersion, atHand, at)
    const found = await this.#find(signingCertUrl, topicArn, at)
    return found.ok ? this.#judge(envelope, signatureVersion, found.certificate, at) : found
  }

  async #find(signingCertUrl: string, topicArn: string, at: number): Promise<ReadCertificate> {
    const topic = parseTopicArn(topicArn)
    const location = topic === null ? null : locateCertificate(signingCertUrl, topic)
    return location === null
      ? refuse('SNS_CERTIFICATE_URL', "SigningCertURL is not one of SNS in the topic's region and partition")
      : this.#keys.get(location, at)
  }

  /** Without a pause from first to last: the scratch buffer is nobody else's meanwhile. */
  #judge(envelope: SnsEnvelope, version: SignatureVersion, certificate: SigningCertificate, at: number): Verified {
    const invalid = validityRefusal(certificate, at)
    const isRetryable = invalid?.code === 'SNS_CERTIFICATE_NOT_YET_VALID'
    if (invalid !== null && (isRetryable || !wasValid(certificate, envelope))) return invalid
    const { key, signatureLength } = certificate
    const signature = decodeSignature(envelope.signature, signatureLength)
    if (signature === null)
      return refuse('SNS_SIGNATURE_INVALID', `Signature is not the base64 of ${signatureLength} bytes`)
    if (!signatureFits(version, key, stringToSign(envelope, this.#scratch), signature))
      return refuse('SNS_SIGNATURE_INVALID', 'the signature does not fit the content')
    if (invalid !== null)
      return refuse('SNS_TIMESTAMP_TOO_OLD', `${invalid.reason}, and the message says that it is older`)
    return { ok: true, signatureVersion: version, certificateUrl: envelope.signingCertUrl }
  }
}

/**
 * Whether it was valid at the time that the message bears. Then SNS signed it long ago, which never happens, or
 * somebody with an old key pretends so, or the clock of this machine is ahead by months: the first two lose nothing
 * where the message is told to come again, and the third loses everything where it is refused for good.
 */
function wasValid(certificate: SigningCertificate, envelope: SnsEnvelope): boolean {
  const published = publishedAt(envelope)
  return published !== null && validityRefusal(certificate, published) === null
}
