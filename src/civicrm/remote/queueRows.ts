import { z } from 'zod'
import type { QueueRow } from '../../civimail/crmFacts.ts'
import { chunks, distinct } from '../chunks.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { dateReader, type SiteClock, siteNow } from './siteClock.ts'

const rowsPerRequest = 500

const rowSchema = z.object({
  id: idField,
  hash: z.string(),
  contact_id: idField,
  email_id: idField.nullish(),
  'email_id.email': z.string().nullish(),
  'email_id.reset_date': z.string().nullish(),
  site_now: z.string().nullish(),
})

/** Queue rows with the address they have today. Needs 'administer CiviCRM'. */
export async function readQueueRows(
  connection: Connection,
  clock: SiteClock,
  queueIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly QueueRow[]> {
  const rows: QueueRow[] = []
  for (const some of chunks(distinct(queueIds), rowsPerRequest)) {
    const params = {
      select: ['id', 'hash', 'contact_id', 'email_id', 'email_id.email', 'email_id.reset_date', siteNow],
      where: [['id', 'IN', some]],
      orderBy: { id: 'ASC' },
    }
    const answer = await api4(
      connection,
      { entity: 'MailingEventQueue', action: 'get', params, row: rowSchema },
      signal,
    )
    const readDate = dateReader(clock, answer)
    for (const row of answer.rows) {
      const email = row['email_id.email'] ?? null
      rows.push({
        queueId: row.id,
        hash: row.hash,
        contactId: row.contact_id,
        // Without an address the e-mail row is gone, whatever id still stands here.
        emailId: email === null ? null : (row.email_id ?? null),
        email,
        resetDate: readDate(row['email_id.reset_date']),
      })
    }
  }
  return rows
}
