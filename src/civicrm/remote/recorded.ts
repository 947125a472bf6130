import { z } from 'zod'
import { chunks, distinct } from '../chunks.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'

const rowsPerRequest = 500

const rowSchema = z.object({ event_queue_id: idField, bounce_reason: z.string().nullish() })

/**
 * The markers that stand in bounce reasons of these queue rows. Needs 'administer CiviCRM'.
 *
 * The reasons of the rows are read and compared here rather than by LIKE: a queue row has few bounces,
 * and a marker cannot be mistaken for a pattern.
 */
export async function readRecorded(
  connection: Connection,
  looks: readonly { readonly queueId: number; readonly marker: string }[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const markers = Map.groupBy(looks, ({ queueId }) => queueId)
  const found = new Set<string>()
  for (const some of chunks(distinct([...markers.keys()]), rowsPerRequest)) {
    const params = { select: ['event_queue_id', 'bounce_reason'], where: [['event_queue_id', 'IN', some]] }
    const call = { entity: 'MailingEventBounce', action: 'get', params, row: rowSchema } as const
    const { rows } = await api4(connection, call, signal)
    for (const row of rows) {
      for (const { marker } of markers.get(row.event_queue_id) ?? []) {
        if (row.bounce_reason?.includes(marker) === true) found.add(marker)
      }
    }
  }
  return found
}
