import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import { GatewayError } from '../../../errors/gatewayError.ts'
import type { NewMailing, StoredMailing, StoredQueueRow } from '../contactStore.ts'

/** Mailings with their queue rows. Runs inside a commit. */
export class Mailings {
  readonly #site: string
  readonly #newHash: () => string
  readonly #insert
  readonly #email
  readonly #queue
  readonly #remove

  /** @param newHash 16 characters of [0-9a-z], as CiviCRM makes them */
  constructor(database: SqliteDatabase, site: string, newHash: () => string) {
    this.#site = site
    this.#newHash = newHash
    this.#insert = database.prepare('INSERT INTO mailing (site, name, sent_at) VALUES (?, ?, ?)')
    this.#email = database.prepare<{
      readonly contactId: number
      readonly email: string
    }>(`SELECT e.contact_id AS contactId, e.email FROM contact_email e JOIN contact c ON c.id = e.contact_id
       WHERE e.id = ? AND c.site = ?`)
    this.#queue = database.prepare(
      'INSERT INTO mailing_queue (mailing_id, contact_id, email_id, hash) VALUES (?, ?, ?, ?)',
    )
    this.#remove = database.prepare('DELETE FROM mailing WHERE id = ? AND site = ?')
  }

  /** A mailing has one job here, with the same number. */
  add({ name, emailIds }: NewMailing, at: number): StoredMailing {
    const mailingId = this.#insert.run(this.#site, name, at).lastInsertRowid
    const queueRows = emailIds.map((emailId) => this.#send(mailingId, emailId))
    return { mailingId, jobId: mailingId, queueRows }
  }

  remove(mailingId: number): boolean {
    return this.#remove.run(mailingId, this.#site).changes > 0
  }

  #send(mailingId: number, emailId: number): StoredQueueRow {
    const row = this.#email.get(emailId, this.#site)
    if (row === undefined)
      throw new GatewayError('CONTACTS_UNKNOWN_EMAIL', `site ${this.#site} has no e-mail row ${emailId}`)
    const hash = this.#newHash()
    const queueId = this.#queue.run(mailingId, row.contactId, emailId, hash).lastInsertRowid
    return { queueId, hash, contactId: row.contactId, emailId, email: row.email }
  }
}
