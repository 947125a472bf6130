import { z } from 'zod'
import { chunks, distinct } from '../chunks.ts'
import type { OwnOptOut } from '../crm.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { dateReader, type SiteClock, siteNow } from './siteClock.ts'

const contactsPerRequest = 500

const rowSchema = z.object({
  'event_queue_id.contact_id': idField,
  time_stamp: z.string().nullish(),
  site_now: z.string().nullish(),
})

/**
 * Opt-outs by the link in a mailing, as CiviCRM writes them down (`org_unsubscribe`); the route by which the
 * gateway opts out writes none. Needs 'administer CiviCRM'.
 */
export async function readOwnOptOuts(
  connection: Connection,
  clock: SiteClock,
  contactIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly OwnOptOut[]> {
  const found: OwnOptOut[] = []
  for (const some of chunks(distinct(contactIds), contactsPerRequest)) {
    const params = {
      select: ['event_queue_id.contact_id', 'time_stamp', siteNow],
      where: [
        ['event_queue_id.contact_id', 'IN', some],
        ['org_unsubscribe', '=', true],
      ],
      orderBy: { id: 'ASC' },
    }
    const call = { entity: 'MailingEventUnsubscribe', action: 'get', params, row: rowSchema } as const
    const answer = await api4(connection, call, signal)
    const readDate = dateReader(clock, answer)
    for (const row of answer.rows) {
      const at = readDate(row.time_stamp)
      if (at !== null) found.push({ contactId: row['event_queue_id.contact_id'], at })
    }
  }
  return found
}
