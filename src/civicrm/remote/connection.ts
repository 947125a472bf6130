import { Agent } from 'undici'
import { secretMistake } from '../../settings/secretText.ts'
import { exchange, type Lost, type Reply } from './exchange.ts'
import { routeUrl, type UrlForm } from './url.ts'

/** The secrets of one site. */
export interface Credential {
  readonly apiKey: string
  /** Only for sites whose role lacks 'authenticate with api key'. */
  readonly siteKey: string | null
}

export interface ConnectionSettings {
  readonly url: string
  readonly urlForm: UrlForm
  readonly timeoutSeconds: number
  /** @default 4 */
  readonly requestsAtOnce?: number
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * A connection of its own, never one kept from before. On a kept one the server may hang up in the
   * very moment in which we write, and nobody can say whether it read the request; so whatever must not
   * be done twice goes this way, and few calls end as "may have been done".
   */
  readonly fresh?: boolean
}

/** Most bytes of an answer: 500 results of event_bounce have about 300 KiB. */
const sizeLimit = 8 * 1024 * 1024

/** HTTP to one CiviCRM: addresses, credential, form encoding and limits; knows nothing of what is asked. */
export class Connection {
  readonly #settings: ConnectionSettings
  readonly #onRequest: () => void
  readonly #headers: Readonly<Record<string, string>>
  readonly #mistake: string | null
  readonly #kept: Agent
  readonly #fresh: Agent

  /** @param onRequest called for each request */
  constructor(settings: ConnectionSettings, credential: Credential | null, onRequest: () => void = () => undefined) {
    this.#settings = settings
    this.#onRequest = onRequest
    this.#mistake = credential === null ? null : credentialMistake(credential)
    this.#headers = {
      accept: 'application/json',
      // Without it a server may pack as it likes (RFC 9110, 12.5.3).
      'accept-encoding': 'identity',
      'user-agent': 'civicrm-ses',
      ...(credential === null ? {} : credentialHeaders(credential)),
    }
    const limits = {
      connections: settings.requestsAtOnce ?? 4,
      connect: { timeout: Math.min(10, settings.timeoutSeconds) * 1000 },
    }
    this.#kept = new Agent({ ...limits, keepAliveTimeout: 4000 })
    // Pipelining 0 is undici's way to say: no keep-alive.
    this.#fresh = new Agent({ ...limits, pipelining: 0 })
  }

  /**
   * POST with form fields. CiviCRM takes no JSON body: APIv4 would ignore it and answer unfiltered.
   */
  async post(
    route: string,
    fields: Readonly<Record<string, string>>,
    options: RequestOptions = {},
  ): Promise<Reply | Lost> {
    return this.#exchange('POST', route, new URLSearchParams(fields).toString(), options)
  }

  async get(route: string, options: RequestOptions = {}): Promise<Reply | Lost> {
    return this.#exchange('GET', route, null, options)
  }

  /** Ends kept connections; requests under way are finished first. */
  async close(): Promise<void> {
    await Promise.all([this.#kept.close(), this.#fresh.close()])
  }

  async #exchange(
    method: 'GET' | 'POST',
    route: string,
    body: string | null,
    options: RequestOptions,
  ): Promise<Reply | Lost> {
    // Undici's own refusal would look like a fault of the network, which may pass.
    if (this.#mistake !== null) return { lost: 'unsendable', cause: new Error(this.#mistake) }
    this.#onRequest()
    return exchange(options.fresh === true ? this.#fresh : this.#kept, {
      url: routeUrl(this.#settings, route),
      method,
      headers:
        body === null ? this.#headers : { ...this.#headers, 'content-type': 'application/x-www-form-urlencoded' },
      body,
      timeoutMs: this.#settings.timeoutSeconds * 1000,
      sizeLimit,
      signal: options.signal,
    })
  }
}

/** Why a credential that is stored cannot be sent; null where it can. */
export function credentialMistake({ apiKey, siteKey }: Credential): string | null {
  const ofKey = secretMistake(apiKey)
  if (ofKey !== null) return `the stored API key ${ofKey}`
  const ofSite = siteKey === null ? null : secretMistake(siteKey)
  return ofSite === null ? null : `the stored site key ${ofSite}`
}

/**
 * `X-Civi-Auth` needs no `X-Requested-With`, and that one is left out on purpose: where a proxy strips
 * the credential, CiviCRM then answers 400 instead of going on anonymously with empty lists.
 */
function credentialHeaders(credential: Credential): Record<string, string> {
  return {
    'x-civi-auth': `Bearer ${credential.apiKey}`,
    ...(credential.siteKey === null ? {} : { 'x-civi-key': credential.siteKey }),
  }
}
