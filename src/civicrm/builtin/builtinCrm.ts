import type { BounceTypes } from '../../civimail/bounceTypes.ts'
import type { QueueRow } from '../../civimail/crmFacts.ts'
import type { Clock } from '../../clock.ts'
import { mayBeStored } from '../../database/commitUnknown.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { canonicalAddress } from '../address.ts'
import { distinct } from '../chunks.ts'
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
import { cleanReason } from '../text.ts'
import type { RecordingStore } from './recordingStore.ts'

/** The built-in contact store in the place of a CiviCRM: same interface, same rules, nothing to reach. */
export class BuiltinCrm implements Crm {
  readonly #store: RecordingStore
  readonly #bounceTypes: BounceTypes
  readonly #clock: Clock

  /** @param options.bounceTypes the site's thresholds */
  constructor(options: { readonly store: RecordingStore; readonly bounceTypes: BounceTypes; readonly clock: Clock }) {
    this.#store = options.store
    this.#bounceTypes = options.bounceTypes
    this.#clock = options.clock
  }

  async capabilities(): Promise<CrmCapabilities> {
    return { readBack: true }
  }

  async findAddresses(addresses: readonly string[]): Promise<readonly AddressState[]> {
    const wanted = distinct(addresses.map((address) => canonicalAddress(address)))
    return guarded(() => this.#store.addressRows(wanted))
  }

  async findQueueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]> {
    return guarded(() => this.#store.queueRows(distinct(queueIds)))
  }

  async recordBounces(bounces: readonly BounceToRecord[]): Promise<readonly BounceOutcome[]> {
    if (bounces.length === 0) return []
    const entries = bounces.map(({ reference, bounceType, reason }) => ({
      queueId: reference.queueId,
      hash: reference.hash,
      bounceType,
      reason: cleanReason(reason),
    }))
    return guarded(async () => this.#store.record(entries, this.#bounceTypes, this.#clock.now()))
  }

  async findRecorded(
    looks: readonly { readonly queueId: number; readonly marker: string }[],
  ): Promise<ReadonlySet<string>> {
    const reasons = await guarded(() => this.#store.reasons(distinct(looks.map(({ queueId }) => queueId))))
    const reasonsOf = Map.groupBy(reasons, ({ queueId }) => queueId)
    const found = looks.filter(({ queueId, marker }) =>
      (reasonsOf.get(queueId) ?? []).some(({ reason }) => reason.includes(marker)),
    )
    return new Set(found.map(({ marker }) => marker))
  }

  async optOut(contactIds: readonly number[]): Promise<readonly number[]> {
    return guarded(async () => this.#store.optOut(distinct(contactIds)))
  }

  async hold(emailIds: readonly number[]): Promise<readonly number[]> {
    return guarded(async () => this.#store.hold(distinct(emailIds), this.#clock.now()))
  }

  async release(rows: readonly HeldRow[]): Promise<readonly number[]> {
    return guarded(async () => this.#store.releaseHeld(rows, this.#clock.now()))
  }

  async optIn(contactIds: readonly number[]): Promise<readonly number[]> {
    return guarded(async () => this.#store.optIn(distinct(contactIds)))
  }

  /** Its mailings have no link by which anybody could. */
  async findOwnOptOuts(): Promise<readonly OwnOptOut[]> {
    return []
  }

  async findReleases(since: string | null, limit: number): Promise<FoundReleases> {
    if (since === null) return { rows: [], mark: String(this.#clock.now()) }
    const rows = await guarded(async () => this.#store.releases(Number(since), limit))
    return { rows, mark: String(rows.at(-1)?.resetDate ?? since) }
  }

  /** The database is closed by whoever opened it. */
  async close(): Promise<void> {}
}

/**
 * A disk that is full is to the recorder what a CiviCRM in trouble is. A commit that fails stores nothing; one whose
 * answer was lost is like a call to a CiviCRM without an answer.
 */
async function guarded<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error: unknown) {
    if (!(error instanceof GatewayError)) throw error
    const unknown = mayBeStored(error)
    const kind = unknown ? 'interrupted' : 'server'
    throw new CrmError(kind, error.message, { unknown, passes: error.retryable, cause: error })
  }
}
