import { randomInt } from 'node:crypto'
import type { BounceTypes } from '../../../civimail/bounceTypes.ts'
import type { QueueRow } from '../../../civimail/crmFacts.ts'
import type { Clock } from '../../../clock.ts'
import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import type { KnownPseudonyms } from '../../../privacy/pseudonyms.ts'
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
import type { BounceEntry, RecordingStore } from '../recordingStore.ts'
import { BounceRecorder } from './bounces.ts'
import { Contacts } from './contacts.ts'
import { Flags } from './flags.ts'
import { inheriting } from './inherit.ts'
import { Listing } from './listing.ts'
import { Lookups } from './lookups.ts'
import { Mailings } from './mailings.ts'

export interface SqliteContactStoreOptions {
  readonly database: SqliteDatabase
  /** Whose contacts these are; several sites share the tables and never see each other's rows. */
  readonly site: string
  readonly clock: Clock
  /** By which those are known who were forgotten. @default nobody was */
  readonly pseudonyms?: KnownPseudonyms
  /** Default: random, as CiviCRM makes them. */
  readonly newHash?: () => string
}

/** The contacts of one site in the gateway's own database: which statement runs in which commit. */
export class SqliteContactStore implements ContactStore, RecordingStore {
  readonly #database: SqliteDatabase
  readonly #clock: Clock
  readonly #contacts: Contacts
  readonly #inherit: ReturnType<typeof inheriting>
  readonly #mailings: Mailings
  readonly #bounces: BounceRecorder
  readonly #flags: Flags
  readonly #lookups: Lookups
  readonly #listing: Listing

  constructor({ database, site, clock, pseudonyms = () => null, newHash = randomHash }: SqliteContactStoreOptions) {
    this.#database = database
    this.#clock = clock
    this.#contacts = new Contacts(database, site)
    this.#inherit = inheriting(database, site, pseudonyms)
    this.#mailings = new Mailings(database, site, newHash)
    this.#bounces = new BounceRecorder(database, site)
    this.#flags = new Flags(database, site)
    this.#lookups = new Lookups(database, site)
    this.#listing = new Listing(database, site)
  }

  async addContacts(
    contacts: readonly NewContact[],
    { unlessThere = false }: AddOptions = {},
  ): Promise<readonly StoredContact[]> {
    return this.#database.commit(() =>
      contacts.flatMap((contact) => {
        if (unlessThere && this.#contacts.isThere(contact)) return []
        const stored = this.#contacts.add(contact)
        this.#inherit(stored)
        return [stored]
      }),
    )
  }

  async addMailing(mailing: NewMailing): Promise<StoredMailing> {
    return this.#database.commit(() => this.#mailings.add(mailing, this.#clock.now()))
  }

  async list(filter: ContactFilter = {}): Promise<readonly ContactState[]> {
    return this.#database.read(() => this.#listing.list(filter))
  }

  async counts(): Promise<{ readonly contacts: number; readonly mailings: number }> {
    return this.#database.read(() => this.#listing.counts())
  }

  async release(emailId: number): Promise<boolean> {
    return this.#database.commit(() => this.#contacts.release(emailId, this.#clock.now()))
  }

  async hasEmail(emailId: number): Promise<boolean> {
    return this.#database.read(() => this.#contacts.has(emailId))
  }

  async editEmail(emailId: number, change: EmailChange): Promise<boolean> {
    return this.#database.commit(() => this.#contacts.edit(emailId, change, this.#clock.now()))
  }

  async removeEmail(emailId: number): Promise<boolean> {
    return this.#database.commit(() => this.#contacts.removeEmail(emailId))
  }

  async binContact(contactId: number, deleted: boolean): Promise<boolean> {
    return this.#database.commit(() => this.#contacts.bin(contactId, deleted))
  }

  async removeMailing(mailingId: number): Promise<boolean> {
    return this.#database.commit(() => this.#mailings.remove(mailingId))
  }

  async addressRows(addresses: readonly string[]): Promise<readonly AddressState[]> {
    return this.#database.read(() => this.#lookups.addressRows(addresses))
  }

  async queueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]> {
    return this.#database.read(() => this.#lookups.queueRows(queueIds))
  }

  async reasons(
    queueIds: readonly number[],
  ): Promise<readonly { readonly queueId: number; readonly reason: string }[]> {
    return this.#database.read(() => this.#lookups.reasons(queueIds))
  }

  async record(
    bounces: readonly BounceEntry[],
    bounceTypes: BounceTypes,
    at: number,
  ): Promise<readonly BounceOutcome[]> {
    return this.#database.commit(() => bounces.map((bounce) => this.#bounces.record(bounce, bounceTypes, at)))
  }

  async optOut(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#database.commit(() => this.#flags.optOut(contactIds))
  }

  async hold(emailIds: readonly number[], at: number): Promise<readonly number[]> {
    return this.#database.commit(() => this.#flags.hold(emailIds, at))
  }

  async releaseHeld(rows: readonly HeldRow[], at: number): Promise<readonly number[]> {
    return this.#database.commit(() => this.#flags.release(rows, at))
  }

  async optIn(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#database.commit(() => this.#flags.optIn(contactIds))
  }

  async releases(since: number, limit: number): Promise<readonly ReleasedRow[]> {
    return this.#database.read(() => this.#lookups.releases(since, limit))
  }
}

/** 16 digits and small letters, as CiviCRM has made them since 5.67. */
function randomHash(): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
  return Array.from({ length: 16 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}
