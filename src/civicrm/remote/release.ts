import { z } from 'zod'
import { chunks } from '../chunks.ts'
import type { HeldRow } from '../crm.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { dateReader, type SiteClock, siteNow } from './siteClock.ts'

/** Each updated row runs CiviCRM's hooks one by one: a chunk must end well before PHP's time limit. */
const rowsPerRequest = 100

const heldSchema = z.object({
  id: idField,
  hold_date: z.string().nullish(),
  site_now: z.string().nullish(),
})
const changedSchema = z.object({ id: idField })

interface HeldNow {
  readonly emailId: number
  readonly becomes: 0 | 2
  /** As the site writes it. */
  readonly holdDate: string | null
}

/**
 * Takes rows off hold that are as they were seen, in two requests for each chunk: what is there now, then the
 * change. The change carries the same condition again, in the site's own spelling of its dates, so that a hold
 * made between the two stays.
 */
export async function writeRelease(
  connection: Connection,
  clock: SiteClock,
  rows: readonly HeldRow[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const changed: number[] = []
  for (const some of chunks(rows, rowsPerRequest)) {
    const held = await readHeld(connection, clock, some, signal)
    for (const becomes of [0, 2] as const) {
      const wanted = held.filter((row) => row.becomes === becomes)
      if (wanted.length > 0) changed.push(...(await update(connection, wanted, becomes, signal)))
    }
  }
  return changed
}

async function readHeld(
  connection: Connection,
  clock: SiteClock,
  rows: readonly HeldRow[],
  signal?: AbortSignal,
): Promise<readonly HeldNow[]> {
  const seen = new Map(rows.map((row) => [row.emailId, row]))
  const params = {
    select: ['id', 'hold_date', siteNow],
    where: [
      ['id', 'IN', [...seen.keys()]],
      ['on_hold', '=', 1],
    ],
    orderBy: { id: 'ASC' },
  }
  const answer = await api4(connection, { entity: 'Email', action: 'get', params, row: heldSchema }, signal)
  const readDate = dateReader(clock, answer)
  return answer.rows.flatMap(({ id, hold_date: holdDate }) => {
    const row = seen.get(id)
    if (row === undefined) return []
    const at = readDate(holdDate)
    return at === row.holdDate ? [{ emailId: id, becomes: row.becomes, holdDate: holdDate ?? null }] : []
  })
}

/** Whatever holds a row anew meanwhile gives it a later date than any that was read. */
async function update(
  connection: Connection,
  rows: readonly HeldNow[],
  becomes: 0 | 2,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const latest = rows.reduce<string | null>(
    (last, { holdDate }) => (holdDate !== null && (last === null || holdDate > last) ? holdDate : last),
    null,
  )
  const undated = ['hold_date', 'IS NULL'] as const
  const params = {
    where: [
      ['id', 'IN', rows.map(({ emailId }) => emailId)],
      ['on_hold', '=', 1],
      latest === null ? undated : ['OR', [undated, ['hold_date', '<=', latest]]],
    ],
    // Without the dates CiviCRM writes a reset date at the first release only, and after the second one soft
    // bounce holds again (CRM/Core/BAO/Email.php). A hold by opt-out gets its dates from CiviCRM.
    values: becomes === 0 ? { on_hold: 0, reset_date: 'now', hold_date: null } : { on_hold: 2 },
  }
  const answer = await api4(connection, { entity: 'Email', action: 'update', params, row: changedSchema }, signal)
  return answer.rows.map(({ id }) => id)
}
