import type { Queries, Transaction } from '../../../database/postgres/queries.ts'
import { GatewayError } from '../../../errors/gatewayError.ts'
import type { NewMailing, StoredMailing } from '../contactStore.ts'

interface Recipient {
  readonly emailId: number
  readonly contactId: number
  readonly email: string
}

/** Ids are given out, and come back, in the order of the places. */
const insertQueueRows = `
  INSERT INTO mailing_queue (mailing_id, contact_id, email_id, hash)
  SELECT $1, contact_id, email_id, hash
  FROM unnest($2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS t (contact_id, email_id, hash, place)
  ORDER BY place
  RETURNING id`

/** Mailings with their queue rows. */
export class Mailings {
  readonly #site: string
  readonly #newHash: () => string

  /** @param newHash 16 characters of [0-9a-z], as CiviCRM makes them */
  constructor(site: string, newHash: () => string) {
    this.#site = site
    this.#newHash = newHash
  }

  /** A mailing has one job here, with the same number. Runs inside a transaction. */
  async add(queries: Transaction, { name, emailIds }: NewMailing, at: number): Promise<StoredMailing> {
    const recipients = await this.#recipients(queries, emailIds)
    const [mailing] = await queries.query<{ readonly id: number }>(
      'INSERT INTO mailing (site, name, sent_at) VALUES ($1, $2, $3) RETURNING id',
      [this.#site, name, at],
    )
    const mailingId = mailing?.id ?? 0
    const hashes = recipients.map(() => this.#newHash())
    const rows = await queries.query<{ readonly id: number }>(insertQueueRows, [
      mailingId,
      recipients.map(({ contactId }) => contactId),
      recipients.map(({ emailId }) => emailId),
      hashes,
    ])
    const queueRows = recipients.map(({ contactId, emailId, email }, index) => ({
      queueId: rows[index]?.id ?? 0,
      hash: hashes[index] ?? '',
      contactId,
      emailId,
      email,
    }))
    return { mailingId, jobId: mailingId, queueRows }
  }

  async remove(queries: Queries, mailingId: number): Promise<boolean> {
    return (await queries.run('DELETE FROM mailing WHERE id = $1 AND site = $2', [mailingId, this.#site])) > 0
  }

  async #recipients(queries: Queries, emailIds: readonly number[]): Promise<readonly Recipient[]> {
    const rows = await queries.query<Recipient>(
      `SELECT e.id AS "emailId", e.contact_id AS "contactId", e.email
       FROM contact_email e JOIN contact c ON c.id = e.contact_id WHERE e.id = ANY ($1::bigint[]) AND c.site = $2`,
      [emailIds, this.#site],
    )
    const known = new Map(rows.map((row) => [row.emailId, row]))
    return emailIds.map((emailId) => {
      const row = known.get(emailId)
      if (row !== undefined) return row
      throw new GatewayError('CONTACTS_UNKNOWN_EMAIL', `site ${this.#site} has no e-mail row ${emailId}`)
    })
  }
}
