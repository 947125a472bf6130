import type { QueueRow } from '../../../civimail/crmFacts.ts'
import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import type { AddressState, ReleasedRow } from '../../crm.ts'

/**
 * The reads of the recorder, of one site. Keys come as one JSON list, so a statement is prepared once. CROSS JOIN keeps
 * the order in which the tables are written: SQLite would else begin with all contacts of the site.
 */
export class Lookups {
  readonly #site: string
  readonly #addressRows
  readonly #queueRows
  readonly #reasons
  readonly #releases

  constructor(database: SqliteDatabase, site: string) {
    this.#site = site
    this.#addressRows = database.prepare<
      Omit<AddressState, 'optedOut'> & { readonly optedOut: number }
    >(`SELECT e.id AS emailId, c.id AS contactId, e.email, e.on_hold AS onHold, e.hold_date AS holdDate,
         e.reset_date AS resetDate,
         c.is_opt_out AS optedOut
       FROM contact_email e CROSS JOIN contact c ON c.id = e.contact_id
       WHERE e.email IN (SELECT value FROM json_each(?)) AND c.site = ? AND c.is_deleted = 0 ORDER BY e.id`)
    this.#queueRows =
      database.prepare<QueueRow>(`SELECT q.id AS queueId, q.hash, q.contact_id AS contactId, q.email_id AS emailId, e.email, e.reset_date AS resetDate
       FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id LEFT JOIN contact_email e ON e.id = q.email_id
       WHERE q.id IN (SELECT value FROM json_each(?)) AND m.site = ? ORDER BY q.id`)
    this.#reasons = database.prepare<{
      readonly queueId: number
      readonly reason: string
    }>(`SELECT b.queue_id AS queueId, b.reason
       FROM mailing_bounce b JOIN mailing_queue q ON q.id = b.queue_id JOIN mailing m ON m.id = q.mailing_id
       WHERE b.queue_id IN (SELECT value FROM json_each(?)) AND m.site = ? ORDER BY b.id`)
    this.#releases =
      database.prepare<ReleasedRow>(`SELECT e.id AS emailId, c.id AS contactId, e.email, e.reset_date AS resetDate, NULL AS holdDate
       FROM contact_email e INDEXED BY contact_email_reset CROSS JOIN contact c ON c.id = e.contact_id
       WHERE c.site = ? AND c.is_deleted = 0 AND e.on_hold = 0 AND e.reset_date >= ?
       ORDER BY e.reset_date, e.id LIMIT ?`)
  }

  addressRows(addresses: readonly string[]): readonly AddressState[] {
    const rows = this.#addressRows.all(JSON.stringify(addresses), this.#site)
    return rows.map(({ emailId, contactId, email, onHold, holdDate, resetDate, optedOut }) => ({
      emailId,
      contactId,
      email,
      onHold,
      holdDate,
      resetDate,
      optedOut: optedOut === 1,
    }))
  }

  queueRows(queueIds: readonly number[]): readonly QueueRow[] {
    return this.#queueRows.all(JSON.stringify(queueIds), this.#site)
  }

  reasons(queueIds: readonly number[]): readonly { readonly queueId: number; readonly reason: string }[] {
    return this.#reasons.all(JSON.stringify(queueIds), this.#site)
  }

  releases(since: number, limit: number): readonly ReleasedRow[] {
    return this.#releases.all(this.#site, since, limit)
  }
}
