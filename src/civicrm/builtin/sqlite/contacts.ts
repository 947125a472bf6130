import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import { canonicalAddress } from '../../address.ts'
import type { EmailChange, NewContact, StoredContact } from '../contactStore.ts'

/** Contacts and their addresses, written and changed by hand. Runs inside a commit. */
export class Contacts {
  readonly #site: string
  readonly #insertContact
  readonly #insertEmail
  readonly #has
  readonly #there
  readonly #release
  readonly #edit
  readonly #removeEmail
  readonly #bin

  constructor(database: SqliteDatabase, site: string) {
    this.#site = site
    const ofSite = 'EXISTS (SELECT 1 FROM contact WHERE contact.id = contact_id AND site = ?)'
    this.#insertContact = database.prepare('INSERT INTO contact (site, name) VALUES (?, ?)')
    this.#insertEmail = database.prepare('INSERT INTO contact_email (contact_id, email) VALUES (?, ?)')
    this.#has = database.prepare<{ readonly found: 0 | 1 }>(
      `SELECT EXISTS (SELECT 1 FROM contact_email WHERE id = ? AND ${ofSite}) AS found`,
    )
    this.#there = database.prepare<{ readonly found: 0 | 1 }>(`SELECT EXISTS (
         SELECT 1 FROM contact_email JOIN contact ON contact.id = contact_id
         WHERE email = ? AND name = ? AND site = ? AND is_deleted = 0) AS found`)
    this.#release = database.prepare(
      `UPDATE contact_email SET on_hold = 0, hold_date = NULL, reset_date = ? WHERE id = ? AND ${ofSite} AND on_hold <> 0`,
    )
    // A flag before each value tells "leave it" from "no value".
    this.#edit = database.prepare(`UPDATE contact_email SET email = coalesce(?, email), on_hold = coalesce(?, on_hold),
         hold_date = CASE coalesce(?, on_hold) WHEN 0 THEN NULL ELSE coalesce(hold_date, ?) END,
         reset_date = CASE ? WHEN 1 THEN ? ELSE reset_date END
       WHERE id = ? AND ${ofSite}`)
    this.#removeEmail = database.prepare(`DELETE FROM contact_email WHERE id = ? AND ${ofSite}`)
    this.#bin = database.prepare('UPDATE contact SET is_deleted = ? WHERE id = ? AND site = ?')
  }

  add({ name, emails }: NewContact): StoredContact {
    const contactId = this.#insertContact.run(this.#site, name).lastInsertRowid
    const rows = emails.map((address) => {
      const email = canonicalAddress(address)
      return { emailId: this.#insertEmail.run(contactId, email).lastInsertRowid, email }
    })
    return { contactId, name, emails: rows }
  }

  /** Whether a contact with this name and these addresses is there, and not in the bin. */
  isThere({ name, emails }: NewContact): boolean {
    return emails.every((address) => this.#there.get(canonicalAddress(address), name, this.#site)?.found === 1)
  }

  has(emailId: number): boolean {
    return this.#has.get(emailId, this.#site)?.found === 1
  }

  release(emailId: number, at: number): boolean {
    return this.#release.run(at, emailId, this.#site).changes > 0
  }

  edit(emailId: number, change: EmailChange, at: number): boolean {
    const email = change.email === undefined ? null : canonicalAddress(change.email)
    const onHold = change.onHold ?? null
    const reset = change.resetDate === undefined ? 0 : 1
    const run = this.#edit.run(email, onHold, onHold, at, reset, change.resetDate ?? null, emailId, this.#site)
    return run.changes > 0
  }

  removeEmail(emailId: number): boolean {
    return this.#removeEmail.run(emailId, this.#site).changes > 0
  }

  bin(contactId: number, deleted: boolean): boolean {
    return this.#bin.run(deleted ? 1 : 0, contactId, this.#site).changes > 0
  }
}
