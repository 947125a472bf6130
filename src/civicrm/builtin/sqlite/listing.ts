import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import { canonicalAddress } from '../../address.ts'
import type { BounceState, ContactFilter, ContactState, EmailState } from '../contactStore.ts'

interface ContactRow {
  readonly contactId: number
  readonly name: string
  readonly deleted: number
  readonly optedOut: number
}

type EmailRow = Omit<EmailState, 'bounces'> & { readonly contactId: number }
type BounceRow = BounceState & { readonly emailId: number }

const mostContacts = 1_000_000

/** Contacts with addresses and bounces, in three statements whatever their number. */
export class Listing {
  readonly #site: string
  readonly #contacts
  readonly #emails
  readonly #bounces
  readonly #counts

  constructor(database: SqliteDatabase, site: string) {
    this.#site = site
    this.#contacts = database.prepare<ContactRow>(
      `SELECT c.id AS contactId, c.name, c.is_deleted AS deleted, c.is_opt_out AS optedOut FROM contact c
       WHERE c.site = ?1 AND (c.is_deleted = 0 OR ?2 = 1)
         AND (?3 = '' OR instr(lower(c.name), ?3) > 0
           OR EXISTS (SELECT 1 FROM contact_email e WHERE e.contact_id = c.id AND instr(e.email, ?3) > 0))
         AND (?4 = 0 OR c.is_opt_out = 1
           OR EXISTS (SELECT 1 FROM contact_email e WHERE e.contact_id = c.id AND e.on_hold <> 0)
           OR EXISTS (SELECT 1 FROM mailing_queue q JOIN mailing_bounce b ON b.queue_id = q.id WHERE q.contact_id = c.id))
       ORDER BY c.id LIMIT ?5`,
    )
    this.#emails =
      database.prepare<EmailRow>(`SELECT id AS emailId, contact_id AS contactId, email, on_hold AS onHold, hold_date AS holdDate, reset_date AS resetDate
       FROM contact_email WHERE contact_id IN (SELECT value FROM json_each(?)) ORDER BY id`)
    this.#bounces =
      database.prepare<BounceRow>(`SELECT b.id AS bounceId, q.email_id AS emailId, q.id AS queueId, m.name AS mailing, b.bounce_type AS bounceType,
         b.reason, b.bounced_at AS at
       FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id JOIN mailing_bounce b ON b.queue_id = q.id
       WHERE q.email_id IN (SELECT value FROM json_each(?)) ORDER BY b.id DESC`)
    this.#counts = database.prepare<{
      readonly contacts: number
      readonly mailings: number
    }>(`SELECT (SELECT COUNT(*) FROM contact WHERE site = ?1 AND is_deleted = 0) AS contacts,
         (SELECT COUNT(*) FROM mailing WHERE site = ?1) AS mailings`)
  }

  list({ text = '', touched = false, deleted = false, limit = mostContacts }: ContactFilter): readonly ContactState[] {
    const part = canonicalAddress(text)
    const contacts = this.#contacts.all(this.#site, deleted ? 1 : 0, part, touched ? 1 : 0, limit)
    const emails = this.#emails.all(JSON.stringify(contacts.map(({ contactId }) => contactId)))
    const bounces = this.#bounces.all(JSON.stringify(emails.map(({ emailId }) => emailId)))
    const bouncesOf = Map.groupBy(bounces, ({ emailId }) => emailId)
    const emailsOf = Map.groupBy(emails, ({ contactId }) => contactId)
    return contacts.map(({ contactId, name, deleted, optedOut }) => ({
      contactId,
      name,
      deleted: deleted === 1,
      optedOut: optedOut === 1,
      emails: (emailsOf.get(contactId) ?? []).map((row) => emailState(row, bouncesOf.get(row.emailId) ?? [])),
    }))
  }

  counts(): { readonly contacts: number; readonly mailings: number } {
    return { contacts: 0, mailings: 0, ...this.#counts.get(this.#site) }
  }
}

function emailState(row: EmailRow, bounces: readonly BounceRow[]): EmailState {
  const { emailId, email, onHold, holdDate, resetDate } = row
  return {
    emailId,
    email,
    onHold,
    holdDate,
    resetDate,
    bounces: bounces.map(({ bounceId, queueId, mailing, bounceType, reason, at }) => ({
      bounceId,
      queueId,
      mailing,
      bounceType,
      reason,
      at,
    })),
  }
}
