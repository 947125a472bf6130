import type { QueueSettings } from './queue.ts'
import type { Site } from './site.ts'

/**
 * What belongs to the work and changes without a restart: sites, their credentials, queues, confirmations
 * of topics. Kept in the database; `conformance.ts` runs over every implementation.
 *
 * Sites and secrets are asked for with each notification: they are read, without waiting, from what the
 * implementation knows of the database. A change is visible to whoever made it when it resolves.
 */
export interface Settings {
  sites(): readonly Site[]
  site(id: string): Site | null
  /**
   * Creates or replaces; checked by the schema before. The secrets that are named are stored with it or, by null,
   * taken away: all of it, or nothing where it fails. Durable on return.
   * @throws GatewayError SITE_INVALID, SECRET_KEY_MISSING, SECRET_KEY_INVALID
   */
  saveSite(site: Site, secrets?: SiteSecrets): Promise<void>
  removeSite(id: string): Promise<boolean>

  /** Secrets are sealed at rest (AES-256-GCM) with a key kept beside, not in, the database. */
  secret(site: string, name: SecretName): string | null
  /** Whether it is stored, be it that it does not open: for that no key is needed. */
  hasSecret(site: string, name: SecretName): boolean
  saveSecret(site: string, name: SecretName, value: string | null): Promise<void>
  /**
   * Saves a secret unless there is one that opens, by whomever: for what everybody must have the same of.
   * @returns the one that is there
   */
  keepSecret(site: string, name: SecretName, value: string): Promise<string>

  /**
   * Makes sure that the key file is there and is that of the stored secrets: a gateway without it would answer 200
   * and record nothing. Where nothing is sealed yet, nothing is required.
   * @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, SECRET_KEY_WRONG
   */
  requireKey(): void

  /** Queues of SQS that are read beside the webhook. */
  queues(): readonly QueueSettings[]
  /** Creates or replaces. Durable on return. @throws GatewayError QUEUE_INVALID */
  saveQueue(queue: QueueSettings): Promise<void>
  removeQueue(arn: string): Promise<boolean>

  /** SubscriptionConfirmations of allowed topics on their way, and of topics not yet allowed (`pending`). */
  confirmations: Confirmations

  /**
   * Calls back after a committed change, also of another instance, with the ids of the sites that came, went, or
   * changed, be it by a secret; with none where it was a queue. What is known of the others stays the same object. Returns the unsubscribe function.
   */
  onChange(listener: (sites: ReadonlySet<string>) => void): () => void

  /**
   * Resolves when all that was committed before, by whatever instance, is known here: for those who are about to
   * act for good on something's not being there. Sites and secrets are read from what is known, and another
   * instance's change takes a moment to be heard of.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  refresh(): Promise<void>
}

/** Of a site. */
export const secretNames = ['apiKey', 'siteKey'] as const
/** Those of a site, and the key of pseudonyms, which is no site's (''). */
export type SecretName = (typeof secretNames)[number] | 'addressKey'
/** null: there is to be none; one that is not named stays as it is. */
export type SecretValues = Readonly<Partial<Record<SecretName, string | null>>>
export type SiteSecrets = Omit<SecretValues, 'addressKey'>

/**
 * ```
 *  allowed topic:      due ──confirm──> confirmed
 *                       │ ^ retry  
 *                       └─┴─ failed (permanent, or token older than two days)
 *  topic not allowed:  pending (unverified, no outgoing request) ──topics allow──> due
 * ```
 */
export interface Confirmations {
  /** Idempotent by (addressed, topicArn, token). Pending ones are bounded: the oldest gives way. Durable on return. */
  save(confirmation: NewConfirmation): Promise<'stored' | 'duplicate'>
  due(now: number): Promise<readonly Confirmation[]>
  list(): Promise<readonly Confirmation[]>
  settle(id: number, outcome: ConfirmationOutcome): Promise<void>
  /** Calls back when one may have become due in another instance. Returns the unsubscribe function. */
  onDue(listener: () => void): () => void
}

export type ConfirmationState = 'pending' | 'due' | 'confirmed' | 'failed'

export interface NewConfirmation {
  readonly addressed: string
  readonly site: string
  readonly topicArn: string
  readonly messageId: string
  /** The token lives two days (AWS). A secret: whoever has it can confirm. */
  readonly token: string
  readonly receivedAt: number
  readonly publishedAt: number | null
  readonly state: 'pending' | 'due'
  /** The body as it came: pending ones are verified when they are allowed. */
  readonly raw: Uint8Array
}

export interface Confirmation extends Omit<NewConfirmation, 'state'> {
  readonly id: number
  readonly state: ConfirmationState
  readonly attempts: number
  readonly nextAttemptAt: number
  readonly subscriptionArn: string | null
  /** Whether AuthenticateOnUnsubscribe was set (only with AWS credentials). */
  readonly authenticated: boolean
  readonly lastError: string | null
  readonly settledAt: number | null
}

export type ConfirmationOutcome =
  | {
      readonly state: 'confirmed'
      readonly at: number
      readonly subscriptionArn: string
      readonly authenticated: boolean
    }
  | { readonly state: 'due'; readonly nextAttemptAt: number; readonly error: string }
  | { readonly state: 'due'; readonly nextAttemptAt: number; readonly error: null; readonly site: string }
  | { readonly state: 'failed'; readonly at: number; readonly error: string }
