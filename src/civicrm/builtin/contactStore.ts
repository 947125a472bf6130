import type { BounceTypeName } from '../../civimail/bounceTypes.ts'

/**
 * The built-in contact store, seen by those who fill and read it: commands, demo, tests. The recorder
 * sees it through the same interface as a CiviCRM (`builtinCrm.ts`).
 *
 * It stands in for a CiviCRM where none is configured, with CiviCRM's words and rules: contacts with
 * e-mail rows, mailings with queue rows, bounces that count towards a hold. `sqlite/` implements it.
 * One store holds the contacts of one site. Writes are durable on return.
 */
export interface ContactStore {
  /** Creates contacts; addresses are stored in lower case, as CiviCRM does. Several contacts may share one. */
  addContacts(contacts: readonly NewContact[], options?: AddOptions): Promise<readonly StoredContact[]>

  /**
   * Writes a mailing as if it had been sent: a queue row with a hash for each e-mail row.
   * @throws GatewayError CONTACTS_UNKNOWN_EMAIL where an id is none of this store
   */
  addMailing(mailing: NewMailing): Promise<StoredMailing>

  /** Contacts with their addresses and bounces, by id. */
  list(filter?: ContactFilter): Promise<readonly ContactState[]>

  /** How many contacts and mailings there are. */
  counts(): Promise<{ readonly contacts: number; readonly mailings: number }>

  /**
   * Takes an address off hold as a person does it in CiviCRM, but always with a fresh `reset_date`:
   * CiviCRM leaves an old one standing, after which a single soft bounce holds again.
   * Returns false where there is no such row on hold.
   */
  release(emailId: number): Promise<boolean>

  /** Whether there is such an e-mail row. */
  hasEmail(emailId: number): Promise<boolean>

  /** Changes an e-mail row. Earlier bounces stay with it, as in CiviCRM. */
  editEmail(emailId: number, change: EmailChange): Promise<boolean>

  /** Removes an e-mail row; queue rows remain, without it. */
  removeEmail(emailId: number): Promise<boolean>

  /** Moves a contact to the bin or back (`is_deleted`). */
  binContact(contactId: number, deleted: boolean): Promise<boolean>

  /** Removes a mailing with its queue rows and bounces, as a purge does. */
  removeMailing(mailingId: number): Promise<boolean>
}

export interface AddOptions {
  /**
   * Leaves out who is there: a contact that is not in the bin, of the same name and with all these addresses. So an
   * import may be repeated.
   * @default false
   */
  readonly unlessThere?: boolean
}

export interface NewContact {
  readonly name: string
  /** At least one. */
  readonly emails: readonly string[]
}

export interface StoredContact {
  readonly contactId: number
  readonly name: string
  readonly emails: readonly { readonly emailId: number; readonly email: string }[]
}

export interface NewMailing {
  readonly name: string
  /** E-mail rows that it goes to, each once. */
  readonly emailIds: readonly number[]
}

export interface StoredMailing {
  readonly mailingId: number
  readonly jobId: number
  /** In the order asked. */
  readonly queueRows: readonly StoredQueueRow[]
}

/** What makes the mailing reference of one copy of the mailing. */
export interface StoredQueueRow {
  readonly queueId: number
  readonly hash: string
  readonly contactId: number
  readonly emailId: number
  readonly email: string
}

export interface EmailChange {
  readonly email?: string
  /** 2 = on hold by opt-out, which only CiviCRM's own pages set. */
  readonly onHold?: 0 | 1 | 2
  /** Epoch ms. */
  readonly resetDate?: number | null
}

export interface ContactFilter {
  /** Part of a name or address, any letter case. */
  readonly text?: string | undefined
  /** Only contacts that a bounce, hold or opt-out has touched. */
  readonly touched?: boolean | undefined
  /** Also those in the bin. */
  readonly deleted?: boolean | undefined
  readonly limit?: number | undefined
}

export interface ContactState {
  readonly contactId: number
  readonly name: string
  readonly deleted: boolean
  readonly optedOut: boolean
  readonly emails: readonly EmailState[]
}

export interface EmailState {
  readonly emailId: number
  readonly email: string
  readonly onHold: 0 | 1 | 2
  /** Epoch ms. */
  readonly holdDate: number | null
  readonly resetDate: number | null
  /** Newest first. */
  readonly bounces: readonly BounceState[]
}

export interface BounceState {
  readonly bounceId: number
  readonly queueId: number
  readonly mailing: string
  readonly bounceType: BounceTypeName
  readonly reason: string
  /** Epoch ms. */
  readonly at: number
}
