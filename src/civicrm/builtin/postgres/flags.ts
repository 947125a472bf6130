import type { Queries, SqlValue } from '../../../database/postgres/queries.ts'
import type { HeldRow } from '../../crm.ts'

/** Opt-outs from outside the bounce logic, as CiviCRM's API sets them. @returns whom it changed, by id */
export async function optOut(
  queries: Queries,
  site: string,
  contactIds: readonly number[],
): Promise<readonly number[]> {
  return setOptOut(queries, site, { contactIds, from: 0, to: 1 })
}

/** @returns whom it changed, by id */
export async function optIn(queries: Queries, site: string, contactIds: readonly number[]): Promise<readonly number[]> {
  return setOptOut(queries, site, { contactIds, from: 1, to: 0 })
}

/**
 * Holds likewise. CiviCRM forgets the reset date with a hold that did not come from a bounce
 * (CRM/Core/BAO/Email.php).
 */
export async function hold(
  queries: Queries,
  site: string,
  { emailIds, at }: { readonly emailIds: readonly number[]; readonly at: number },
): Promise<readonly number[]> {
  const changed = await changedIds(
    queries,
    `UPDATE contact_email SET on_hold = 1, hold_date = coalesce(hold_date, $3), reset_date = NULL
     WHERE id = ANY ($1::bigint[]) AND on_hold = 0 AND contact_id IN (SELECT id FROM contact WHERE site = $2)
     RETURNING id`,
    [emailIds, site, at],
  )
  return changed.toSorted((a, b) => a - b)
}

/**
 * Only rows that are as they were seen. A hold by opt-out is dated like every other, and forgets the reset date.
 * @returns what it changed, in the order asked
 */
export async function releaseHeld(
  queries: Queries,
  site: string,
  { rows, at }: { readonly rows: readonly HeldRow[]; readonly at: number },
): Promise<readonly number[]> {
  const changed = await changedIds(
    queries,
    `UPDATE contact_email e
     SET on_hold = seen.becomes, hold_date = CASE seen.becomes WHEN 0 THEN NULL ELSE e.hold_date END,
       reset_date = CASE seen.becomes WHEN 0 THEN $4::bigint END
     FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) AS seen (id, hold_date, becomes)
     WHERE e.id = seen.id AND e.on_hold = 1 AND e.hold_date IS NOT DISTINCT FROM seen.hold_date
       AND e.contact_id IN (SELECT id FROM contact WHERE site = $5)
     RETURNING e.id`,
    [
      rows.map(({ emailId }) => emailId),
      rows.map(({ holdDate }) => holdDate),
      rows.map(({ becomes }) => becomes),
      at,
      site,
    ],
  )
  const ids = new Set(changed)
  return rows.map(({ emailId }) => emailId).filter((id) => ids.has(id))
}

async function setOptOut(
  queries: Queries,
  site: string,
  { contactIds, from, to }: { readonly contactIds: readonly number[]; readonly from: 0 | 1; readonly to: 0 | 1 },
): Promise<readonly number[]> {
  const changed = await changedIds(
    queries,
    `UPDATE contact SET is_opt_out = $4
     WHERE id = ANY ($1::bigint[]) AND site = $2 AND is_opt_out = $3 AND is_deleted = 0 RETURNING id`,
    [contactIds, site, from, to],
  )
  return changed.toSorted((a, b) => a - b)
}

/** @param sql changes rows, and returns their ids */
async function changedIds(queries: Queries, sql: string, values: readonly SqlValue[]): Promise<readonly number[]> {
  return (await queries.query<{ readonly id: number }>(sql, values)).map(({ id }) => id)
}
