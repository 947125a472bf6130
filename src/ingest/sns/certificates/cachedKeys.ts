import type { Clock } from '../../../clock.ts'
import { type ReadCertificate, type SigningCertificate, readCertificate, validityRefusal } from '../certificate.ts'
import { refuse } from '../refuse.ts'
import type { CertificateLocation } from '../signingCertUrl.ts'
import type { Refusal } from '../verdict.ts'
import type { CertificateSource } from './source.ts'

export interface CachedKeysLimits {
  /** Certificates kept. A region has one at a time and two around its yearly renewal. @default 64 */
  readonly certificates?: number
  /** Milliseconds during which a failed URL is not asked for again. @default 5000 */
  readonly failurePause?: number
  /** Milliseconds after loading within which a certificate whose time is over is not loaded anew. @default 60,000 */
  readonly renewalPause?: number
  /** Failed URLs remembered. @default 256 */
  readonly failures?: number
  /** Certificates being loaded at once. @default 16 */
  readonly loading?: number
}

interface Key {
  readonly topicPrefix: string
  readonly certificate: SigningCertificate
  readonly loadedAt: number
  /** The number of its last use: counting costs a use less than an order kept for the rare eviction. */
  lastUse: number
}

/**
 * The signing certificates that have been seen, by URL.
 *
 * - Only a certificate that was read and checked becomes a key; a failure is remembered apart and briefly,
 *   so one bad minute of the network costs one bad minute.
 * - A certificate whose time is over is loaded anew, now and then: its file may have been renewed under the same
 *   name. Where that fails the answer is to come again, and the old one stays for what it was valid for.
 * - One load at a time for one URL, however many messages wait for it.
 * - A forger who knows an allowed topic may name any number of certificates that do not exist. They
 *   displace nothing, since keys and failures have separate, bounded places, and only so many are asked
 *   for at once: what is turned away for that is told to come again.
 */
export class CachedKeys {
  readonly #source: CertificateSource
  readonly #clock: Clock
  readonly #limits: Required<CachedKeysLimits>
  readonly #keys = new Map<string, Key>()
  /** In the order of failing. */
  readonly #failures = new Map<string, { readonly refusal: Refusal; readonly at: number }>()
  readonly #loading = new Map<string, Promise<ReadCertificate>>()
  #uses = 0

  constructor(source: CertificateSource, clock: Clock, limits: CachedKeysLimits = {}) {
    this.#source = source
    this.#clock = clock
    this.#limits = { certificates: 64, failurePause: 5000, renewalPause: 60_000, failures: 256, loading: 16, ...limits }
  }

  /**
   * The certificate if it is at hand: the way of nearly every message, without waiting.
   *
   * The URL rule need not be asked again. Its answer depends on the URL and on the topic's partition and
   * region alone, and the URL is the same to the letter as when it was passed: only the ARN's beginning
   * is compared.
   */
  atHand(url: string, topicArn: string): SigningCertificate | null {
    const key = this.#keys.get(url)
    if (key === undefined || !topicArn.startsWith(key.topicPrefix)) return null
    this.#uses += 1
    key.lastUse = this.#uses
    return key.certificate
  }

  /**
   * The certificate of a location, loaded if need be. Never rejects.
   * @param at when it should be valid, epoch ms; that it is, is for the caller to judge
   */
  async get(location: CertificateLocation, at: number): Promise<ReadCertificate> {
    const key = this.#keys.get(location.url)
    if (key !== undefined && !this.#isToBeRenewed(key, at)) return { ok: true, certificate: key.certificate }
    const failed = this.#recentFailure(location.url)
    if (failed !== null) return failed
    const underWay = this.#loading.get(location.url)
    if (underWay !== undefined) return underWay
    if (this.#loading.size >= this.#limits.loading)
      return refuse('SNS_CERTIFICATE_UNAVAILABLE', 'too many unknown certificates are being fetched')
    const loading = this.#load(location)
    this.#loading.set(location.url, loading)
    return loading
  }

  async #load(location: CertificateLocation): Promise<ReadCertificate> {
    try {
      const file = await this.#source.load(location)
      const read = file.ok
        ? readCertificate(file.bytes, location.names)
        : refuse('SNS_CERTIFICATE_UNAVAILABLE', file.reason)
      if (read.ok) this.#keepKey(location, read.certificate)
      else this.#keepFailure(location.url, read)
      return read
    } finally {
      this.#loading.delete(location.url)
    }
  }

  #isToBeRenewed({ certificate, loadedAt }: Key, at: number): boolean {
    const age = this.#clock.now() - loadedAt
    // A negative age: the clock was set back.
    return validityRefusal(certificate, at) !== null && (age >= this.#limits.renewalPause || age < 0)
  }

  #recentFailure(url: string): Refusal | null {
    const failure = this.#failures.get(url)
    if (failure === undefined) return null
    const now = this.#clock.now()
    // A clock set back must not stretch the pause to hours.
    if (now >= failure.at && now < failure.at + this.#limits.failurePause) return failure.refusal
    this.#failures.delete(url)
    return null
  }

  #keepKey({ url, topicPrefix }: CertificateLocation, certificate: SigningCertificate): void {
    if (this.#keys.size >= this.#limits.certificates && !this.#keys.has(url)) {
      const [longestUnused] = [...this.#keys].toSorted(([, a], [, b]) => a.lastUse - b.lastUse)
      if (longestUnused !== undefined) this.#keys.delete(longestUnused[0])
    }
    this.#uses += 1
    this.#keys.set(url, { topicPrefix, certificate, loadedAt: this.#clock.now(), lastUse: this.#uses })
  }

  #keepFailure(url: string, refusal: Refusal): void {
    // Set anew, so that the map stays in the order of failing.
    this.#failures.delete(url)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size >= this.#limits.failures && oldest !== undefined) this.#failures.delete(oldest)
    this.#failures.set(url, { refusal, at: this.#clock.now() })
  }
}
