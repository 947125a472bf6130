import type { Queries } from '../../../database/postgres/queries.ts'
import { canonicalAddress } from '../../address.ts'
import type { EmailChange, NewContact, StoredContact } from '../contactStore.ts'

/** Ids are given out, and come back, in the order of the places. */
const insertContacts = `
  INSERT INTO contact (site, name)
  SELECT $1, name FROM unnest($2::text[]) WITH ORDINALITY AS t (name, place) ORDER BY place
  RETURNING id`
const insertEmails = `
  INSERT INTO contact_email (contact_id, email)
  SELECT contact_id, email FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS t (contact_id, email, place)
  ORDER BY place
  RETURNING id`

const missing = `
  SELECT DISTINCT t.key FROM unnest($2::text[], $3::text[], $4::text[]) AS t (key, name, email)
  WHERE NOT EXISTS (
    SELECT 1 FROM contact_email e JOIN contact c ON c.id = e.contact_id
    WHERE e.email = t.email AND c.name = t.name AND c.site = $1 AND c.is_deleted = 0)`

function keyOf({ name, emails }: NewContact): string {
  return JSON.stringify([name, ...emails.map(canonicalAddress)])
}

const ofSite = '(SELECT id FROM contact WHERE site = $1)'

/** Contacts and their addresses, written and changed by hand. */
export class Contacts {
  readonly #site: string

  constructor(site: string) {
    this.#site = site
  }

  /** Runs inside a transaction. */
  async add(queries: Queries, contacts: readonly NewContact[]): Promise<readonly StoredContact[]> {
    const contactIds = await queries.query<{ readonly id: number }>(insertContacts, [
      this.#site,
      contacts.map(({ name }) => name),
    ])
    const emails = contacts.flatMap(({ emails: addresses }, index) =>
      addresses.map((address) => ({ contactId: contactIds[index]?.id ?? 0, email: canonicalAddress(address) })),
    )
    const emailIds = await queries.query<{ readonly id: number }>(insertEmails, [
      emails.map(({ contactId }) => contactId),
      emails.map(({ email }) => email),
    ])
    const stored = emails.map(({ contactId, email }, index) => ({
      contactId,
      emailId: emailIds[index]?.id ?? 0,
      email,
    }))
    const emailsOf = Map.groupBy(stored, ({ contactId }) => contactId)
    return contacts.map(({ name }, index) => {
      const contactId = contactIds[index]?.id ?? 0
      const own = emailsOf.get(contactId) ?? []
      return { contactId, name, emails: own.map(({ emailId, email }) => ({ emailId, email })) }
    })
  }

  /** Of these, each once, those of which no contact with this name and these addresses is there, and not in the bin. */
  async notThere(queries: Queries, contacts: readonly NewContact[]): Promise<readonly NewContact[]> {
    // Two imports at once would not see each other's contacts.
    await queries.query("SELECT pg_advisory_xact_lock(hashtextextended('civicrm-ses contacts ' || $1, 0))", [
      this.#site,
    ])
    const byKey = new Map(contacts.map((contact) => [keyOf(contact), contact]))
    const keys = [...byKey.values()].flatMap((contact) =>
      contact.emails.map((address) => ({ key: keyOf(contact), name: contact.name, email: canonicalAddress(address) })),
    )
    const rows = await queries.query<{ readonly key: string }>(missing, [
      this.#site,
      keys.map(({ key }) => key),
      keys.map(({ name }) => name),
      keys.map(({ email }) => email),
    ])
    const wanted = new Set(rows.map(({ key }) => key))
    return [...byKey].filter(([key]) => wanted.has(key)).map(([, contact]) => contact)
  }

  async has(queries: Queries, emailId: number): Promise<boolean> {
    const sql = `SELECT 1 FROM contact_email WHERE id = $2 AND contact_id IN ${ofSite}`
    return (await queries.query(sql, [this.#site, emailId])).length > 0
  }

  async release(queries: Queries, emailId: number, at: number): Promise<boolean> {
    const released = await queries.run(
      `UPDATE contact_email SET on_hold = 0, hold_date = NULL, reset_date = $3
       WHERE id = $2 AND contact_id IN ${ofSite} AND on_hold <> 0`,
      [this.#site, emailId, at],
    )
    return released > 0
  }

  async edit(queries: Queries, emailId: number, { change, at }: Edit): Promise<boolean> {
    const email = change.email === undefined ? null : canonicalAddress(change.email)
    // A flag before the reset date tells "leave it" from "no value".
    const edited = await queries.run(
      `UPDATE contact_email SET email = coalesce($3, email), on_hold = coalesce($4, on_hold),
         hold_date = CASE coalesce($4, on_hold) WHEN 0 THEN NULL ELSE coalesce(hold_date, $5) END,
         reset_date = CASE WHEN $6 THEN $7 ELSE reset_date END
       WHERE id = $2 AND contact_id IN ${ofSite}`,
      [this.#site, emailId, email, change.onHold ?? null, at, change.resetDate !== undefined, change.resetDate ?? null],
    )
    return edited > 0
  }

  async removeEmail(queries: Queries, emailId: number): Promise<boolean> {
    const sql = `DELETE FROM contact_email WHERE id = $2 AND contact_id IN ${ofSite}`
    return (await queries.run(sql, [this.#site, emailId])) > 0
  }

  async bin(queries: Queries, contactId: number, deleted: boolean): Promise<boolean> {
    const sql = 'UPDATE contact SET is_deleted = $3 WHERE id = $2 AND site = $1'
    return (await queries.run(sql, [this.#site, contactId, deleted ? 1 : 0])) > 0
  }
}

export interface Edit {
  readonly change: EmailChange
  /** Epoch ms. */
  readonly at: number
}
