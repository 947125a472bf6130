import { z } from 'zod'
import type { FoundReleases, ReleasedRow } from '../crm.ts'
import { api4, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import type { JsonObject } from './json.ts'
import { dateReader, type ReadDate, type SiteClock, siteNow } from './siteClock.ts'

const nowSchema = z.object({ site_now: z.string() })
const rowSchema = z.object({
  id: idField,
  contact_id: idField,
  email: z.string(),
  hold_date: z.string().nullish(),
  reset_date: z.string().nullish(),
  site_now: z.string().nullish(),
})

type Row = z.output<typeof rowSchema>

/**
 * Rows taken off hold, in two requests whatever their number; 'view all contacts' is enough.
 *
 * A release writes `reset_date`, by which it is found. The second release of a row writes none and leaves
 * `hold_date` standing (CRM/Core/BAO/Email.php): those are found by a hold date without a hold, newest first.
 *
 * @param since the site's own text of a date: nothing has to be converted on the night when the clocks change
 */
export async function readReleases(
  connection: Connection,
  clock: SiteClock,
  { since, limit }: { readonly since: string | null; readonly limit: number },
  signal?: AbortSignal,
): Promise<FoundReleases> {
  if (since === null) return { rows: [], mark: await readNow(connection, signal) }
  const read = async (where: readonly (readonly string[])[], orderBy: JsonObject): Promise<readonly Released[]> => {
    const params = {
      select: ['id', 'contact_id', 'email', 'hold_date', 'reset_date', siteNow],
      where: [['on_hold', '=', 0], ['contact_id.is_deleted', '=', false], ...where],
      orderBy,
      limit,
    }
    const answer = await api4(connection, { entity: 'Email', action: 'get', params, row: rowSchema }, signal)
    const readDate = dateReader(clock, answer)
    return answer.rows.map((row) => ({ row, released: releasedRow(row, readDate) }))
  }
  const [fresh, halfDone] = await Promise.all([
    // The mark's own second again: another row may have been released in it after the last reading.
    read([['reset_date', '>=', since]], { reset_date: 'ASC', id: 'ASC' }),
    read([['hold_date', 'IS NOT NULL']], { hold_date: 'DESC', id: 'ASC' }),
  ])
  const resets = fresh.flatMap(({ row }) => row.reset_date ?? [])
  return {
    rows: [
      ...fresh.map(({ released }) => ({ ...released, holdDate: null })),
      ...halfDone.filter(({ row }) => isHalfDone(row)).map(({ released }) => ({ ...released, resetDate: null })),
    ],
    mark: resets.at(-1) ?? since,
  }
}

interface Released {
  readonly row: Row
  readonly released: ReleasedRow
}

/** Held after its last reset, and on hold no more. */
function isHalfDone({ hold_date: holdDate, reset_date: resetDate }: Row): boolean {
  return typeof holdDate === 'string' && (typeof resetDate !== 'string' || resetDate < holdDate)
}

function releasedRow(row: Row, readDate: ReadDate): ReleasedRow {
  return {
    emailId: row.id,
    contactId: row.contact_id,
    email: row.email,
    resetDate: readDate(row.reset_date),
    holdDate: readDate(row.hold_date),
  }
}

/** The site's time by its own clock. A site without a single address has released none. */
async function readNow(connection: Connection, signal?: AbortSignal): Promise<string> {
  const params = { select: [siteNow], where: [['id', '>', 0]], limit: 1 }
  const { rows } = await api4(connection, { entity: 'Email', action: 'get', params, row: nowSchema }, signal)
  return rows[0]?.site_now ?? '1970-01-01 00:00:00'
}
