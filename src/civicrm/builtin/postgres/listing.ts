import type { Queries } from '../../../database/postgres/queries.ts'
import { canonicalAddress } from '../../address.ts'
import type { BounceState, ContactFilter, ContactState, EmailState } from '../contactStore.ts'

type ContactRow = Omit<ContactState, 'emails'>
type EmailRow = Omit<EmailState, 'bounces'> & { readonly contactId: number }
type BounceRow = BounceState & { readonly emailId: number }

const mostContacts = 1_000_000

const contacts = `
  SELECT c.id AS "contactId", c.name, c.is_deleted = 1 AS deleted, c.is_opt_out = 1 AS "optedOut" FROM contact c
  WHERE c.site = $1 AND (c.is_deleted = 0 OR $2)
    AND ($3 = '' OR position($3 IN lower(c.name)) > 0
      OR EXISTS (SELECT 1 FROM contact_email e WHERE e.contact_id = c.id AND position($3 IN e.email) > 0))
    AND (NOT $4 OR c.is_opt_out = 1
      OR EXISTS (SELECT 1 FROM contact_email e WHERE e.contact_id = c.id AND e.on_hold <> 0)
      OR EXISTS (SELECT 1 FROM mailing_queue q JOIN mailing_bounce b ON b.queue_id = q.id WHERE q.contact_id = c.id))
  ORDER BY c.id LIMIT $5`

const emails = `
  SELECT id AS "emailId", contact_id AS "contactId", email, on_hold AS "onHold", hold_date AS "holdDate",
    reset_date AS "resetDate"
  FROM contact_email WHERE contact_id = ANY ($1::bigint[]) ORDER BY id`

const bounces = `
  SELECT b.id AS "bounceId", q.email_id AS "emailId", q.id AS "queueId", m.name AS mailing, b.bounce_type AS "bounceType",
    b.reason, b.bounced_at AS at
  FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id JOIN mailing_bounce b ON b.queue_id = q.id
  WHERE q.email_id = ANY ($1::bigint[]) ORDER BY b.id DESC`

/** Contacts with addresses and bounces, in three statements whatever their number. */
export class Listing {
  readonly #queries: Queries
  readonly #site: string

  constructor(queries: Queries, site: string) {
    this.#queries = queries
    this.#site = site
  }

  async list(filter: ContactFilter): Promise<readonly ContactState[]> {
    const { text = '', touched = false, deleted = false, limit = mostContacts } = filter
    const contactRows = await this.#queries.queryAdHoc<ContactRow>(contacts, [
      this.#site,
      deleted,
      canonicalAddress(text),
      touched,
      limit,
    ])
    const emailRows = await this.#queries.query<EmailRow>(emails, [contactRows.map(({ contactId }) => contactId)])
    const bounceRows = await this.#queries.query<BounceRow>(bounces, [emailRows.map(({ emailId }) => emailId)])
    const bouncesOf = Map.groupBy(bounceRows, ({ emailId }) => emailId)
    const emailsOf = Map.groupBy(emailRows, ({ contactId }) => contactId)
    return contactRows.map((contact) => ({
      ...contact,
      emails: (emailsOf.get(contact.contactId) ?? []).map((row) => emailState(row, bouncesOf.get(row.emailId) ?? [])),
    }))
  }

  async counts(): Promise<{ readonly contacts: number; readonly mailings: number }> {
    const [counted] = await this.#queries.query<{ readonly contacts: number; readonly mailings: number }>(
      `SELECT (SELECT count(*) FROM contact WHERE site = $1 AND is_deleted = 0) AS contacts,
         (SELECT count(*) FROM mailing WHERE site = $1) AS mailings`,
      [this.#site],
    )
    return { contacts: 0, mailings: 0, ...counted }
  }
}

function emailState(row: EmailRow, bounceRows: readonly BounceRow[]): EmailState {
  const { emailId, email, onHold, holdDate, resetDate } = row
  return {
    emailId,
    email,
    onHold,
    holdDate,
    resetDate,
    bounces: bounceRows.map(({ bounceId, queueId, mailing, bounceType, reason, at }) => ({
      bounceId,
      queueId,
      mailing,
      bounceType,
      reason,
      at,
    })),
  }
}
