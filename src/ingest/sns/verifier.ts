import type { CachedKeys } from './certificates/cachedKeys.ts'
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
    if (atHand !== null) return this.#judge(envelope, signatureVersion, atHand, at)
    const found = await this.#find(signingCertUrl, topicArn)
    return found.ok ? this.#judge(envelope, signatureVersion, found.certificate, at) : found
  }

  async #find(signingCertUrl: string, topicArn: string): Promise<ReadCertificate> {
    const topic = parseTopicArn(topicArn)
    const location = topic === null ? null : locateCertificate(signingCertUrl, topic)
    return location === null
      ? refuse('SNS_CERTIFICATE_URL', "SigningCertURL is not one of SNS in the topic's region and partition")
      : this.#keys.get(location)
  }

  /** Without a pause from first to last: the scratch buffer is nobody else's meanwhile. */
  #judge(envelope: SnsEnvelope, version: SignatureVersion, certificate: SigningCertificate, at: number): Verified {
    const invalid = validityRefusal(certificate, at)
    if (invalid !== null) return invalid
    const { key, signatureLength } = certificate
    const signature = decodeSignature(envelope.signature, signatureLength)
    if (signature === null)
      return refuse('SNS_SIGNATURE_INVALID', `Signature is not the base64 of ${signatureLength} bytes`)
    if (!signatureFits(version, key, stringToSign(envelope, this.#scratch), signature))
      return refuse('SNS_SIGNATURE_INVALID', 'the signature does not fit the content')
    return { ok: true, signatureVersion: version, certificateUrl: envelope.signingCertUrl }
  }
}
