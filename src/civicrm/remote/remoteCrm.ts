import type { BounceTypes } from '../../civimail/bounceTypes.ts'
import type { QueueRow } from '../../civimail/crmFacts.ts'
import type { Clock } from '../../clock.ts'
import type { RemoteCrmSettings } from '../../settings/site.ts'
import {
  type AddressState,
  type BounceOutcome,
  type BounceToRecord,
  type Crm,
  type CrmCapabilities,
  CrmError,
  type FoundReleases,
  type HeldRow,
  type OwnOptOut,
} from '../crm.ts'
import { readAddressRows } from './addressRows.ts'
import { writeBounces } from './bounces.ts'
import { askCapabilities, assertSight } from './capabilities.ts'
import { Connection, type Credential } from './connection.ts'
import { writeHold, writeOptIn, writeOptOut } from './flags.ts'
import { readOwnOptOuts } from './ownOptOuts.ts'
import { readQueueRows } from './queueRows.ts'
import { readRecorded } from './recorded.ts'
import { writeRelease } from './release.ts'
import { readReleases } from './releases.ts'
import type { SiteClock } from './siteClock.ts'

export interface RemoteCrmOptions {
  readonly settings: RemoteCrmSettings
  readonly credential: Credential
  /** The site's own ids: bounce types are never sent by name. */
  readonly bounceTypes: BounceTypes
  readonly clock: Clock
  /** Called for each request to the site. */
  readonly onRequest?: (() => void) | undefined
}

/** How long an empty list is believed after the credential was last seen to be logged in and to see people. */
const sightTrustMs = 60_000

/** Whoever gives the role a right, or takes one away, does not tell the gateway. */
const capabilitiesTrustMs = 3_600_000

/** A CiviCRM over its API: one site, one credential. Make a new one when either changes. */
export class RemoteCrm implements Crm {
  readonly #options: RemoteCrmOptions
  readonly #connection: Connection
  readonly #siteClock: SiteClock
  #capabilities: CrmCapabilities | null = null
  #capabilitiesAskedAt: number | null = null
  #sightSeenAt: number | null = null

  constructor(options: RemoteCrmOptions) {
    this.#options = options
    this.#connection = new Connection(options.settings, options.credential, options.onRequest)
    this.#siteClock = { timeZone: options.settings.timeZone, clock: options.clock }
  }

  /** Asks anew at every call; the other methods go by the last answer for a while. */
  async capabilities(signal?: AbortSignal): Promise<CrmCapabilities> {
    this.#capabilities = await askCapabilities(this.#connection, signal)
    this.#sightSeenAt = this.#options.clock.now()
    this.#capabilitiesAskedAt = this.#sightSeenAt
    return this.#capabilities
  }

  async findAddresses(addresses: readonly string[], signal?: AbortSignal): Promise<readonly AddressState[]> {
    const rows = await readAddressRows(this.#connection, this.#siteClock, addresses, signal)
    // An anonymous reader gets an empty list and status 200: nobody of that name, or nobody at home?
    if (rows.length === 0 && addresses.length > 0) await this.#assertSight(signal)
    return rows
  }

  async findQueueRows(queueIds: readonly number[], signal?: AbortSignal): Promise<readonly QueueRow[] | 'unknown'> {
    return this.#readingBack(async () => readQueueRows(this.#connection, this.#siteClock, queueIds, signal), signal)
  }

  async recordBounces(bounces: readonly BounceToRecord[], signal?: AbortSignal): Promise<readonly BounceOutcome[]> {
    const { settings, bounceTypes } = this.#options
    return writeBounces(this.#connection, { batchSize: settings.batchSize, bounceTypes }, bounces, signal)
  }

  async findRecorded(
    looks: readonly { readonly queueId: number; readonly marker: string }[],
    signal?: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    if (!(await this.#mayReadBack(signal)))
      throw new CrmError('permission', "looking for recorded bounces needs 'administer CiviCRM'", {
        unknown: false,
        passes: false,
      })
    return readRecorded(this.#connection, looks, signal)
  }

  async optOut(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]> {
    return writeOptOut(this.#connection, contactIds, signal)
  }

  async hold(emailIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]> {
    return writeHold(this.#connection, emailIds, signal)
  }

  async release(rows: readonly HeldRow[], signal?: AbortSignal): Promise<readonly number[]> {
    return writeRelease(this.#connection, this.#siteClock, rows, signal)
  }

  async optIn(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly number[]> {
    return writeOptIn(this.#connection, contactIds, signal)
  }

  async findOwnOptOuts(contactIds: readonly number[], signal?: AbortSignal): Promise<readonly OwnOptOut[] | 'unknown'> {
    return this.#readingBack(async () => readOwnOptOuts(this.#connection, this.#siteClock, contactIds, signal), signal)
  }

  async findReleases(since: string | null, limit: number, signal?: AbortSignal): Promise<FoundReleases> {
    const found = await readReleases(this.#connection, this.#siteClock, { since, limit }, signal)
    if (found.rows.length === 0) await this.#assertSight(signal)
    return found
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** Reads what needs 'administer CiviCRM'. A role that has lost it since is no fault of the site: it is as if it never had it. */
  async #readingBack<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T | 'unknown'> {
    if (!(await this.#mayReadBack(signal))) return 'unknown'
    try {
      return await read()
    } catch (error: unknown) {
      if (!(error instanceof CrmError) || error.kind !== 'permission') throw error
      if ((await this.capabilities(signal)).readBack) throw error
      return 'unknown'
    }
  }

  async #mayReadBack(signal?: AbortSignal): Promise<boolean> {
    const known = this.#isFresh(this.#capabilitiesAskedAt, capabilitiesTrustMs) ? this.#capabilities : null
    return (known ?? (await this.capabilities(signal))).readBack
  }

  async #assertSight(signal?: AbortSignal): Promise<void> {
    if (this.#isFresh(this.#sightSeenAt, sightTrustMs)) return
    await assertSight(this.#connection, signal)
    this.#sightSeenAt = this.#options.clock.now()
  }

  /** A clock that jumped back must not stretch the trust. */
  #isFresh(at: number | null, trustMs: number): boolean {
    const now = this.#options.clock.now()
    return at !== null && now >= at && now - at < trustMs
  }
}
