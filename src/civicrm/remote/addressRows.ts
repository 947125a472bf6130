import { z } from 'zod'
import { canonicalAddress } from '../address.ts'
import { chunks, distinct } from '../chunks.ts'
import type { AddressState } from '../crm.ts'
import { api4, flagField, idField } from './api4.ts'
import type { Connection } from './connection.ts'
import { dateReader, type SiteClock, siteNow } from './siteClock.ts'

/**
 * Addresses in one request: as many as a batch may have, since a second request costs PHP's start once more (400 in
 * one took half the time of twice 200). They go in one form field, which counts once for max_input_vars, and have
 * some 35 bytes each, encoded: 20 KB, well below the least limit of a body in common use (128 KiB, ModSecurity).
 */
const addressesPerRequest = 500

const rowSchema = z.object({
  id: idField,
  contact_id: idField,
  email: z.string(),
  on_hold: z.coerce.number().pipe(z.literal([0, 1, 2])),
  hold_date: z.string().nullish(),
  reset_date: z.string().nullish(),
  'contact_id.is_opt_out': flagField,
  site_now: z.string().nullish(),
})

/**
 * All live rows of these addresses.
 *
 * MySQL compares as its collation says: without letter case, as it should be, but also without accents
 * and trailing blanks, so a search for müller@ finds muller@ as well. Another person must not pay for
 * that: what comes back is compared again here.
 */
export async function readAddressRows(
  connection: Connection,
  clock: SiteClock,
  addresses: readonly string[],
  signal?: AbortSignal,
): Promise<readonly AddressState[]> {
  const wanted = distinct(addresses.map((address) => canonicalAddress(address)))
  const rows: AddressState[] = []
  for (const some of chunks(wanted, addressesPerRequest)) {
    const params = {
      select: ['id', 'contact_id', 'email', 'on_hold', 'hold_date', 'reset_date', 'contact_id.is_opt_out', siteNow],
      where: [
        ['email', 'IN', some],
        ['contact_id.is_deleted', '=', false],
      ],
      orderBy: { id: 'ASC' },
    }
    const answer = await api4(connection, { entity: 'Email', action: 'get', params, row: rowSchema }, signal)
    const readDate = dateReader(clock, answer)
    for (const row of answer.rows) {
      if (!some.includes(canonicalAddress(row.email))) continue
      rows.push({
        emailId: row.id,
        contactId: row.contact_id,
        email: row.email,
        onHold: row.on_hold,
        holdDate: readDate(row.hold_date),
        resetDate: readDate(row.reset_date),
        optedOut: row['contact_id.is_opt_out'],
      })
    }
  }
  return rows
}
