import type { Testbed } from '../../testbed/testbed.ts'

/** A row of civicrm_mailing_event_bounce. */
export interface BounceRow {
  /** Name of the type; '?' where the number has none. */
  readonly type: string
  readonly reason: string
}

export interface PersonState {
  /** The bounces of all mailings to this e-mail row, oldest first. */
  readonly bounces: readonly string[]
  readonly onHold: number
  readonly optedOut: boolean
}

/** Sessions, and what CiviCRM remembers of its own status checks at an administrator's first request. */
const writtenByReading: ReadonlySet<string> = new Set(['civicrm_session', 'civicrm_cache'])

/** What stands in CiviCRM's own tables, read past CiviCRM. */
export class CivicrmTables {
  readonly #testbed: Testbed

  constructor(testbed: Testbed) {
    this.#testbed = testbed
  }

  /** Oldest first. */
  async bounces(queueId: number): Promise<readonly BounceRow[]> {
    const rows = await this.#testbed.sql(
      `SELECT COALESCE(t.name, '?') AS type, b.bounce_reason AS reason FROM civicrm_mailing_event_bounce b
       LEFT JOIN civicrm_mailing_bounce_type t ON t.id = b.bounce_type_id WHERE b.event_queue_id = ? ORDER BY b.id`,
      [queueId],
    )
    return rows.map(({ type, reason }) => ({ type: String(type), reason: String(reason) }))
  }

  async person(contact: { readonly contactId: number; readonly emailId: number }): Promise<PersonState> {
    const { contactId, emailId } = contact
    const [row] = await this.#testbed.sql(
      `SELECT e.on_hold, c.is_opt_out FROM civicrm_contact c JOIN civicrm_email e ON e.contact_id = c.id
       WHERE c.id = ? AND e.id = ?`,
      [contactId, emailId],
    )
    if (row === undefined) throw new Error(`there is no contact ${contactId} with the e-mail row ${emailId}`)
    const bounces = await this.#testbed.sql(
      `SELECT COALESCE(t.name, '?') AS type FROM civicrm_mailing_event_bounce b
       JOIN civicrm_mailing_event_queue q ON q.id = b.event_queue_id
       LEFT JOIN civicrm_mailing_bounce_type t ON t.id = b.bounce_type_id WHERE q.email_id = ? ORDER BY b.id`,
      [emailId],
    )
    return {
      bounces: bounces.map(({ type }) => String(type)),
      onHold: Number(row['on_hold']),
      optedOut: Number(row['is_opt_out']) === 1,
    }
  }

  async people(
    contacts: readonly { readonly contactId: number; readonly emailId: number }[],
  ): Promise<readonly PersonState[]> {
    return Promise.all(contacts.map(async (contact) => this.person(contact)))
  }

  /** A checksum of every table of CiviCRM but those that a mere login or a read writes to. */
  async checksums(): Promise<Readonly<Record<string, string>>> {
    const tables = await this.#testbed.sql("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
    const names = tables.map((row) => String(Object.values(row)[0])).filter((name) => !writtenByReading.has(name))
    const sums = await this.#testbed.sql(`CHECKSUM TABLE ${names.join(', ')}`)
    return Object.fromEntries(sums.map((row) => [String(row['Table']), String(row['Checksum'])]))
  }
}
