import type { Clock } from '../clock.ts'
import type { Emitter } from '../emitter.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Settings } from '../settings/settings.ts'
import { type AllowList, allowListOf, sitesAllowing } from './allowList.ts'
import type { Channel, IngestEvents } from './events.ts'
import { publishedAt } from './sns/envelope.ts'
import type { RequestHeaders } from './sns/headers.ts'
import { refuse } from './sns/refuse.ts'
import { parseRequest } from './sns/request.ts'
import { parseTopicArn } from './sns/topicArn.ts'
import type { Refusal, SnsEnvelope, Verifier } from './sns/verdict.ts'
import { validityTime } from './validityTime.ts'

/** One SNS message as a transport brings it. */
export interface Arrival {
  readonly channel: Channel
  /** The bytes as they came. */
  readonly body: Uint8Array
  /** Of the HTTP request; none where a queue brought it. */
  readonly headers: RequestHeaders
  /** The site that the address names; '' for the shared addresses and queues. */
  readonly addressed: string
}

/** What became of it. Only the first two kinds may be acknowledged to SNS: they are on disk. */
export type Acceptance =
  | { readonly outcome: 'stored' | 'duplicate' }
  | { readonly outcome: 'confirmation'; readonly state: 'due' | 'pending' }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly reason: string }

/** Picks one of several candidate sites by the message's text; '' where it cannot tell. Pure. */
export type ChooseSite = (message: string, candidates: readonly string[]) => string

export interface AcceptorParts {
  readonly inbox: Pick<Inbox, 'accept'>
  readonly settings: Pick<Settings, 'sites' | 'site' | 'refresh' | 'onChange'> & {
    readonly confirmations: Pick<Settings['confirmations'], 'save'>
  }
  readonly verifier: Verifier
  readonly chooseSite: ChooseSite
  readonly clock: Clock
  readonly events: Emitter<IngestEvents>
  /** Called after a confirmation that is due was stored. */
  readonly onConfirmationDue: () => void
}

/** SNS's are below 4 KiB. An unproven one is kept, so its size is bounded more tightly than a notification's. */
const largestConfirmation = 16 * 1024

/**
 * Accepts SNS messages, whichever way they come: parse, headers against body, allow-list, signature,
 * store. The order is a promise: nothing leaves this machine for a topic that is not allowed, and an
 * acceptance is told only after the durable commit.
 */
export class Acceptor {
  readonly #parts: AcceptorParts
  readonly #unsubscribe: () => void
  #allowList: AllowList

  constructor(parts: AcceptorParts) {
    this.#parts = parts
    const { settings } = parts
    this.#allowList = allowListOf(settings.sites())
    this.#unsubscribe = settings.onChange(() => {
      this.#allowList = allowListOf(settings.sites())
    })
  }

  /** Ends listening to the settings. */
  close(): void {
    this.#unsubscribe()
  }

  /** Never rejects: what cannot be done is refused with a code, whose `retryable` says whether to come again. */
  async accept(arrival: Arrival): Promise<Acceptance> {
    let envelope: SnsEnvelope | null = null
    let refusal: Refusal
    try {
      const parsed = parseRequest(arrival.body, arrival.headers)
      if (parsed.ok) {
        envelope = parsed.envelope
        const outcome = await this.#acceptEnvelope(arrival, envelope)
        if (!('ok' in outcome)) return outcome
        refusal = outcome
      } else {
        refusal = parsed
      }
    } catch (error: unknown) {
      refusal = this.#fault(error)
    }
    return this.#refused(arrival, envelope, refusal)
  }

  async #acceptEnvelope(arrival: Arrival, envelope: SnsEnvelope): Promise<Acceptance | Refusal> {
    const { settings, verifier, clock } = this.#parts
    const { addressed } = arrival
    // SNS drops what is refused for good, so another instance's change of this moment must be known before that.
    if (!this.#isExpected(envelope, addressed)) {
      await settings.refresh()
      // Its database may be another one than it was, emptied or not mounted: what is refused for good now is lost.
      const isKept = envelope.type === 'SubscriptionConfirmation' && addressed === ''
      if (settings.sites().length === 0 && !isKept) return refuse('GATEWAY_WITHOUT_SITES', 'there is no site yet')
    }
    if (addressed !== '' && settings.site(addressed) === null)
      return refuse('SITE_UNKNOWN', 'the address names a site that is not there')

    const candidates = sitesAllowing(this.#allowList, envelope.topicArn, addressed)
    if (envelope.type === 'SubscriptionConfirmation' && arrival.body.byteLength > largestConfirmation)
      return refuse('SNS_ENVELOPE_INVALID', 'the confirmation is larger than SNS makes them')
    if (candidates.length === 0) {
      // Kept without a look at its signature, for that would take a certificate from outside.
      return envelope.type === 'SubscriptionConfirmation'
        ? this.#keepConfirmation(arrival, envelope, 'pending', addressed)
        : refuse('SNS_TOPIC_NOT_ALLOWED', 'the topic is not on the allow-list')
    }

    const published = publishedAt(envelope)
    const verified = await verifier.verify(envelope, validityTime(published, clock.now()))
    if (!verified.ok) return verified

    const site = this.#lane(envelope, candidates)
    if (envelope.type === 'SubscriptionConfirmation') return this.#keepConfirmation(arrival, envelope, 'due', site)

    // An UnsubscribeConfirmation goes the same way: the record that it came must outlast this process.
    const now = clock.now()
    const outcome = await this.#parts.inbox.accept({
      addressed,
      site,
      messageId: envelope.messageId,
      topicArn: envelope.topicArn,
      channel: arrival.channel,
      receivedAt: now,
      publishedAt: published,
      raw: arrival.body,
      verdict: {
        signatureVersion: verified.signatureVersion,
        certificateUrl: verified.certificateUrl,
        verifiedAt: now,
      },
    })
    this.#parts.events.emit('accepted', { channel: arrival.channel, outcome, site })
    if (envelope.type === 'UnsubscribeConfirmation' && outcome === 'stored')
      this.#parts.events.emit('unsubscribed', { topicArn: envelope.topicArn, site })
    return { outcome }
  }

  #isExpected({ topicArn }: SnsEnvelope, addressed: string): boolean {
    return sitesAllowing(this.#allowList, topicArn, addressed).length > 0
  }

  async #keepConfirmation(
    arrival: Arrival,
    envelope: SnsEnvelope,
    state: 'pending' | 'due',
    site: string,
  ): Promise<Acceptance | Refusal> {
    const { settings, clock, events } = this.#parts
    const { addressed } = arrival
    const { topicArn, messageId, token } = envelope
    // `parseEnvelope` lets no confirmation through without one.
    if (token === null) return refuse('SNS_ENVELOPE_INVALID', 'the confirmation has no token')
    const kept = await settings.confirmations.save({
      addressed,
      site,
      topicArn,
      messageId,
      token,
      receivedAt: clock.now(),
      publishedAt: publishedAt(envelope),
      state,
      raw: arrival.body,
    })
    events.emit('confirmationKept', { state, topicArn, addressed, fresh: kept === 'stored' })
    if (state === 'due') this.#parts.onConfirmationDue()
    return { outcome: 'confirmation', state }
  }

  /** The site that the address names is the only candidate left. */
  #lane(envelope: SnsEnvelope, candidates: readonly string[]): string {
    const [only] = candidates
    if (only !== undefined && candidates.length === 1) return only
    if (envelope.type !== 'Notification') return ''
    try {
      const chosen = this.#parts.chooseSite(envelope.message, candidates)
      return candidates.includes(chosen) ? chosen : ''
    } catch (error: unknown) {
      // The message is genuine and is kept; whoever records it meets the same fault and can say so.
      this.#parts.events.emit('fault', { where: 'choosing the site of a notification', error })
      return ''
    }
  }

  #fault(error: unknown): Refusal {
    if (error instanceof GatewayError && error.retryable) return refuse(error.code, messageOf(error))
    this.#parts.events.emit('fault', { where: 'accepting a message', error })
    return refuse('GATEWAY_FAULT', 'an unexpected fault; see the log')
  }

  #refused(arrival: Arrival, envelope: SnsEnvelope | null, { code, reason }: Refusal): Acceptance {
    const { channel, addressed, headers } = arrival
    const topicArn = envelope?.topicArn ?? topicInHeader(headers)
    this.#parts.events.emit('refused', { at: this.#parts.clock.now(), channel, code, reason, topicArn, addressed })
    return { outcome: 'refused', code, reason }
  }
}

/** Which topic a body without envelope came from (raw delivery, above all), as far as it may be shown. */
function topicInHeader(headers: RequestHeaders): string {
  const value = headers['x-amz-sns-topic-arn']
  return typeof value === 'string' && parseTopicArn(value) !== null ? value : ''
}
