import type { CertificateLocation } from '../signingCertUrl.ts'
import type { BoundedGet } from '../boundedGet.ts'
import { type CertificateFile, type CertificateSource, largestCertificateFile } from './source.ts'

/**
 * Fetches certificates from SNS. All trust in a signature rests on this one connection: `get` verifies TLS
 * and follows no redirect, and only status 200 is an answer (an error page kept as a certificate would
 * refuse every later message).
 */
export class HttpsSource implements CertificateSource {
  readonly #get: BoundedGet
  readonly #timeoutMs: number

  /** @param timeoutMs for connecting and the whole answer; SNS waits 15 s for ours */
  constructor(get: BoundedGet, timeoutMs = 5000) {
    this.#get = get
    this.#timeoutMs = timeoutMs
  }

  async load(location: CertificateLocation): Promise<CertificateFile> {
    const answer = await this.#get(location.url, { maxBytes: largestCertificateFile, timeoutMs: this.#timeoutMs })
    if (!answer.ok) return { ok: false, reason: `the certificate could not be fetched: ${answer.reason}` }
    if (answer.status !== 200) return { ok: false, reason: `SNS answered ${answer.status} for the certificate` }
    return { ok: true, bytes: answer.body }
  }
}
