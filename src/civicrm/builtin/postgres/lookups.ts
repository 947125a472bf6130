import type { QueueRow } from '../../../civimail/crmFacts.ts'
import type { Queries } from '../../../database/postgres/queries.ts'
import type { AddressState, ReleasedRow } from '../../crm.ts'

/** The reads of the recorder, of one site. */
export class Lookups {
  readonly #queries: Queries
  readonly #site: string

  constructor(queries: Queries, site: string) {
    this.#queries = queries
    this.#site = site
  }

  async addressRows(addresses: readonly string[]): Promise<readonly AddressState[]> {
    return this.#queries.query<AddressState>(
      `SELECT e.id AS "emailId", c.id AS "contactId", e.email, e.on_hold AS "onHold", e.hold_date AS "holdDate",
         e.reset_date AS "resetDate",
         c.is_opt_out = 1 AS "optedOut"
       FROM contact_email e JOIN contact c ON c.id = e.contact_id
       WHERE e.email = ANY ($1::text[]) AND c.site = $2 AND c.is_deleted = 0 ORDER BY e.id`,
      [addresses, this.#site],
    )
  }

  async queueRows(queueIds: readonly number[]): Promise<readonly QueueRow[]> {
    return this.#queries.query<QueueRow>(
      `SELECT q.id AS "queueId", q.hash, q.contact_id AS "contactId", q.email_id AS "emailId", e.email,
         e.reset_date AS "resetDate"
       FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id LEFT JOIN contact_email e ON e.id = q.email_id
       WHERE q.id = ANY ($1::bigint[]) AND m.site = $2 ORDER BY q.id`,
      [queueIds, this.#site],
    )
  }

  async releases(since: number, limit: number): Promise<readonly ReleasedRow[]> {
    return this.#queries.query<ReleasedRow>(
      `SELECT e.id AS "emailId", c.id AS "contactId", e.email, e.reset_date AS "resetDate", NULL::bigint AS "holdDate"
       FROM contact c JOIN contact_email e ON e.contact_id = c.id
       WHERE c.site = $1 AND c.is_deleted = 0 AND e.on_hold = 0 AND e.reset_date >= $2
       ORDER BY e.reset_date, e.id LIMIT $3`,
      [this.#site, since, limit],
    )
  }

  async reasons(
    queueIds: readonly number[],
  ): Promise<readonly { readonly queueId: number; readonly reason: string }[]> {
    return this.#queries.query(
      `SELECT b.queue_id AS "queueId", b.reason
       FROM mailing_bounce b JOIN mailing_queue q ON q.id = b.queue_id JOIN mailing m ON m.id = q.mailing_id
       WHERE b.queue_id = ANY ($1::bigint[]) AND m.site = $2 ORDER BY b.id`,
      [queueIds, this.#site],
    )
  }
}
