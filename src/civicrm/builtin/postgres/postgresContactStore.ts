import type { QueueRow } from '../../../civimail/crmFacts.ts'
import type { BounceTypes } from '../../../civimail/bounceTypes.ts'
import type { Clock } from '../../../clock.ts'
import type { PostgresDatabase } from '../../../database/postgres/database.ts'
import type { Transaction } from '../../../database/postgres/queries.ts'
import type { Fence } from '../../../leases/leases.ts'
import type { KnownPseudonyms } from '../../../privacy/pseudonyms.ts'
import { holdFence, passFence } from '../../../leases/postgres/fence.ts'
import type { AddressState, BounceOutcome, HeldRow, ReleasedRow } from '../../crm.ts'
import type {
  AddOptions,
  ContactFilter,
  ContactState,
  ContactStore,
  EmailChange,
  NewContact,
  NewMailing,
  StoredContact,
  StoredMailing,
} from '../contactStore.ts'
import { randomHash } from '../randomHash.ts'
import type { BounceEntry, RecordingStore } from '../recordingStore.ts'
import { recordBounces } from './bounces.ts'
import { Contacts } from './contacts.ts'
import { hold, optIn, optOut, releaseHeld } from './flags.ts'
import { Listing } from './listing.ts'
import { inherit } from './inherit.ts'
import { Lookups } from './lookups.ts'
import { Mailings } from './mailings.ts'

export interface PostgresContactStoreOptions {
  readonly database: PostgresDatabase
  readonly site: string
  readonly clock: Clock
  /**
   * Of the lane that records: what it records is void once the lane is another instance's, and the lane changes
   * hands only when a record under way has ended. So whoever has the lane next need not wait to look whether it
   * was done. Without it: for commands, which record nothing.
   */
  readonly fence?: Fence | undefined
  /** By which those are known who were forgotten. @default nobody was */
  readonly pseudonyms?: KnownPseudonyms
  /** @default 16 random characters */
  readonly newHash?: () => string
}

/** Contacts of one site in PostgreSQL, shared by all instances. */
export class PostgresContactStore implements ContactStore, RecordingStore {
  readonly #database: PostgresDatabase
  readonly #site: string
  readonly #clock: Clock
  readonly #fence: Fence | undefined
  readonly #contacts: Contacts
  readonly #pseudonyms: KnownPseudonyms
  readonly #mailings: Mailings
  readonly #listing: Listing
  readonly #lookups: Lookups

  constructor({
    database,
    site,
    clock,
    fence,
    pseudonyms = () => null,
    newHash = randomHash,
  }: PostgresContactStoreOptions) {
    this.#database = database
    this.#site = site
    this.#clock = clock
    this.#fence = fence
    this.#contacts = new Contacts(site)
    this.#pseudonyms = pseudonyms
    this.#mailings = new Mailings(site, newHash)
    this.#listing = new Listing(database, site)
    this.#lookups = new Lookups(database, site)
  }

  async addContacts(
    contacts: readonly NewContact[],
    { unlessThere = false }: AddOptions = {},
  ): Promise<readonly StoredContact[]> {
    return this.#database.transaction(async (queries) => {
      const wanted = unlessThere ? await this.#contacts.notThere(queries, contacts) : contacts
      const stored = await this.#contacts.add(queries, wanted)
      await inherit(queries, stored, { site: this.#site, pseudonyms: this.#pseudonyms })
      return stored
    })
  }

  async addMailing(mailing: NewMailing): Promise<StoredMailing> {
    return this.#database.transaction(async (queries) => this.#mailings.add(queries, mailing, this.#clock.now()))
  }

  async list(filter: ContactFilter = {}): Promise<readonly ContactState[]> {
    return this.#listing.list(filter)
  }

  async counts(): Promise<{ readonly contacts: number; readonly mailings: number }> {
    return this.#listing.counts()
  }

  async release(emailId: number): Promise<boolean> {
    return this.#contacts.release(this.#database, emailId, this.#clock.now())
  }

  async hasEmail(emailId: number): Promise<boolean> {
    return this.#contacts.has(this.#database, emailId)
  }

  async editEmail(emailId: number, change: EmailChange): Promise<boolean> {
    return this.#contacts.edit(this.#database, emailId, { change, at: this.#clock.now() })
  }

  async removeEmail(emailId: number): Promise<boolean> {
    return this.#contacts.removeEmail(this.#database, emailId)
  }

  async binContact(contactId: number, deleted: boolean): Promise<boolean> {
    return this.#contacts.bin(this.#database, contactId, deleted)
  }

  async removeMailing(mailingId: number): Promise<boolean> {
    return this.#mailings.remove(this.#database, mailingId)
  }

  async addressRows(addresses: readonly string[]): Promise<readonly AddressState[]> {
    return this.#lookups.addressRows(addresses)
  }

  async queueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]> {
    return this.#lookups.queueRows(queueIds)
  }

  async reasons(
    queueIds: readonly number[],
  ): Promise<readonly { readonly queueId: number; readonly reason: string }[]> {
    return this.#database.transaction(async (queries) => {
      await passFence(queries, this.#fence)
      return new Lookups(queries, this.#site).reasons(queueIds)
    })
  }

  /** @throws GatewayError LEASE_LOST, STORAGE_UNAVAILABLE: nothing was recorded unless {@link mayBeStored} says so */
  async record(
    bounces: readonly BounceEntry[],
    bounceTypes: BounceTypes,
    at: number,
  ): Promise<readonly BounceOutcome[]> {
    return this.#fenced(async (queries) => recordBounces(queries, this.#site, { bounces, bounceTypes, at }))
  }

  async optOut(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#fenced(async (queries) => optOut(queries, this.#site, contactIds))
  }

  async hold(emailIds: readonly number[], at: number): Promise<readonly number[]> {
    return this.#fenced(async (queries) => hold(queries, this.#site, { emailIds, at }))
  }

  async releaseHeld(rows: readonly HeldRow[], at: number): Promise<readonly number[]> {
    return this.#fenced(async (queries) => releaseHeld(queries, this.#site, { rows, at }))
  }

  async optIn(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#fenced(async (queries) => optIn(queries, this.#site, contactIds))
  }

  async releases(since: number, limit: number): Promise<readonly ReleasedRow[]> {
    return this.#lookups.releases(since, limit)
  }

  async #fenced<T>(work: (queries: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (queries) => {
      await holdFence(queries, this.#fence)
      return work(queries)
    })
  }
}
