import type { Queries } from '../../../database/postgres/queries.ts'

/** Opt-outs from outside the bounce logic, as CiviCRM's API sets them. @returns whom it changed, by id */
export async function optOut(
  queries: Queries,
  site: string,
  contactIds: readonly number[],
): Promise<readonly number[]> {
  const rows = await queries.query<{ readonly id: number }>(
    `UPDATE contact SET is_opt_out = 1
     WHERE id = ANY ($1::bigint[]) AND site = $2 AND is_opt_out = 0 AND is_deleted = 0 RETURNING id`,
    [contactIds, site],
  )
  return inOrder(rows)
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
  const rows = await queries.query<{ readonly id: number }>(
    `UPDATE contact_email SET on_hold = 1, hold_date = coalesce(hold_date, $3), reset_date = NULL
     WHERE id = ANY ($1::bigint[]) AND on_hold = 0 AND contact_id IN (SELECT id FROM contact WHERE site = $2)
     RETURNING id`,
    [emailIds, site, at],
  )
  return inOrder(rows)
}

function inOrder(rows: readonly { readonly id: number }[]): readonly number[] {
  return rows.map(({ id }) => id).toSorted((a, b) => a - b)
}
