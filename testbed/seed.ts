import { randomBytes, randomInt } from 'node:crypto'
import type { Connection, ResultSetHeader } from 'mysql2/promise'
import { type DatabaseAddress, type Parameter, withConnection } from './database.ts'
import type { SeededContact, SeededMailing, SeededQueueRow } from './seeded.ts'

/** A contact to be made, or one that exists and gets another mailing. */
export type Recipient = { readonly email: string; readonly name?: string } | SeededContact

export interface NewContact {
  readonly email: string
  readonly name?: string
  /** In the trash. */
  readonly deleted?: boolean
  readonly optedOut?: boolean
  /** 1: after bounces, 2: by the contact's own wish. */
  readonly onHold?: 0 | 1 | 2
}

/**
 * A sent mailing with fresh contacts and their queue rows. By SQL, since CiviCRM's API takes 20 ms for
 * each contact and tests with thousands of events cannot wait for it: 2,000 take less than a second.
 */
export async function seedMailing(
  address: DatabaseAddress,
  mailing: { readonly recipients: readonly Recipient[]; readonly name?: string },
): Promise<SeededMailing> {
  return withConnection(address, async (connection) => {
    await connection.beginTransaction()
    const name = mailing.name ?? `Mailing ${randomBytes(4).toString('hex')}`
    const [mailingId = 0] = await insert(
      connection,
      'civicrm_mailing',
      // The created_id is the administrator's contact, made by the installer.
      [
        {
          domain_id: 1,
          name,
          subject: name,
          mailing_type: 'standalone',
          from_name: 'Example Society',
          from_email: 'news@crm.example.org',
          is_completed: 1,
          status: 'Complete',
          created_id: 2,
          hash: randomBytes(8).toString('hex'),
        },
      ],
    )
    const [jobId = 0] = await insert(connection, 'civicrm_mailing_job', [
      { mailing_id: mailingId, status: 'Complete', is_test: 0 },
    ])
    await connection.query('UPDATE civicrm_mailing_job SET start_date = NOW(), end_date = NOW() WHERE id = ?', [jobId])

    const contacts = await contactsOf(connection, mailing.recipients)
    const hashes = contacts.map(() => queueHash())
    const queueIds = await insert(
      connection,
      'civicrm_mailing_event_queue',
      contacts.map(({ contactId, emailId }, index) => ({
        job_id: jobId,
        mailing_id: mailingId,
        email_id: emailId,
        contact_id: contactId,
        hash: hashes[index] ?? '',
      })),
    )
    await insert(
      connection,
      'civicrm_mailing_event_delivered',
      queueIds.map((id) => ({ event_queue_id: id })),
    )
    await insert(
      connection,
      'civicrm_mailing_recipients',
      contacts.map(({ contactId, emailId }) => ({ mailing_id: mailingId, contact_id: contactId, email_id: emailId })),
    )
    await connection.commit()

    const rows = contacts.map(({ contactId, emailId, email, name }, index): SeededQueueRow => ({
      contactId,
      emailId,
      email,
      name,
      mailingId,
      jobId,
      queueId: queueIds[index] ?? 0,
      hash: hashes[index] ?? '',
      sentTo: email,
    }))
    return { mailingId, jobId, rows }
  })
}

/** A contact without any queue row, as transactional mail meets it. */
export async function seedContact(address: DatabaseAddress, contact: NewContact): Promise<SeededContact> {
  return withConnection(address, async (connection) => {
    await connection.beginTransaction()
    const [seeded] = await insertContacts(connection, [contact])
    await connection.commit()
    if (seeded === undefined) throw new Error('MariaDB has made no row')
    return seeded
  })
}

/** Existing ones as they are, the others made; in the order given. */
async function contactsOf(connection: Connection, recipients: readonly Recipient[]): Promise<readonly SeededContact[]> {
  const fresh = await insertContacts(
    connection,
    recipients.filter((recipient) => !('contactId' in recipient)),
  )
  const made = [...fresh]
  return recipients.flatMap((recipient) => ('contactId' in recipient ? [recipient] : made.splice(0, 1)))
}

async function insertContacts(
  connection: Connection,
  contacts: readonly NewContact[],
): Promise<readonly SeededContact[]> {
  const names = contacts.map((contact) => contact.name ?? `Reader ${randomBytes(4).toString('hex')}`)
  const contactIds = await insert(
    connection,
    'civicrm_contact',
    contacts.map((contact, index) => {
      const [first = '', ...rest] = (names[index] ?? '').split(' ')
      const last = rest.join(' ')
      return {
        contact_type: 'Individual',
        first_name: first,
        last_name: last,
        display_name: `${first} ${last}`,
        sort_name: `${last}, ${first}`,
        hash: randomBytes(16).toString('hex'),
        is_deleted: contact.deleted === true ? 1 : 0,
        is_opt_out: contact.optedOut === true ? 1 : 0,
      }
    }),
  )
  // CiviCRM lower-cases every address that it stores.
  const emails = contacts.map((contact) => contact.email.toLowerCase())
  const emailIds = await insert(
    connection,
    'civicrm_email',
    contacts.map((contact, index) => ({
      contact_id: contactIds[index] ?? 0,
      location_type_id: 1,
      email: emails[index] ?? '',
      is_primary: 1,
      on_hold: contact.onHold ?? 0,
    })),
  )
  await connection.query('UPDATE civicrm_email SET hold_date = NOW() WHERE on_hold > 0 AND hold_date IS NULL')
  return contacts.map((_, index) => ({
    contactId: contactIds[index] ?? 0,
    emailId: emailIds[index] ?? 0,
    email: emails[index] ?? '',
    name: names[index] ?? '',
  }))
}

/** Rows in one statement each; well below max_allowed_packet. */
const chunkSize = 500

/** Inserts rows of equal shape and returns their ids. */
async function insert(
  connection: Connection,
  table: string,
  rows: readonly Readonly<Record<string, Parameter>>[],
): Promise<readonly number[]> {
  const ids: number[] = []
  for (let start = 0; start < rows.length; start += chunkSize) {
    const chunk = rows.slice(start, start + chunkSize)
    const columns = Object.keys(chunk[0] ?? {})
    const [result] = await connection.query<ResultSetHeader>(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ?`, [
      chunk.map((row) => columns.map((column) => row[column] ?? null)),
    ])
    // With innodb_autoinc_lock_mode 1, MariaDB's default, one INSERT of known size gets consecutive ids.
    for (let offset = 0; offset < chunk.length; offset += 1) ids.push(result.insertId + offset)
  }
  return ids
}

/** CiviMail's hash of a queue row since 5.67: 16 characters, digits and small letters. */
function queueHash(): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
  return Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
