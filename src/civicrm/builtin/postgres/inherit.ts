import type { Queries } from '../../../database/postgres/queries.ts'
import type { KnownPseudonyms } from '../../../privacy/pseudonyms.ts'
import type { StoredContact } from '../contactStore.ts'

const wishes = `
  wish AS (
    SELECT t.id, t.contact_id, max(e.on_hold) AS on_hold, max(e.hold_date) AS hold_date, max(c.is_opt_out) AS is_opt_out
    FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS t (id, contact_id, pseudonym)
    JOIN contact_email e ON e.email = t.pseudonym JOIN contact c ON c.id = e.contact_id AND c.site = $1
    GROUP BY t.id, t.contact_id)`

/**
 * Within a transaction: who was forgotten, and comes back by an import, is on hold and opted out as he was. Of him
 * only the pseudonym was kept, and for this.
 */
export async function inherit(
  queries: Queries,
  contacts: readonly StoredContact[],
  { site, pseudonyms }: { readonly site: string; readonly pseudonyms: KnownPseudonyms },
): Promise<void> {
  const known = pseudonyms()
  if (known === null) return
  const emails = contacts.flatMap(({ contactId, emails: own }) => own.map((email) => ({ contactId, ...email })))
  const values = [
    site,
    emails.map(({ emailId }) => emailId),
    emails.map(({ contactId }) => contactId),
    emails.map(({ email }) => known.of(email)),
  ]
  await queries.run(
    `WITH ${wishes}
     UPDATE contact_email SET on_hold = wish.on_hold, hold_date = wish.hold_date FROM wish
     WHERE contact_email.id = wish.id AND wish.on_hold > 0`,
    values,
  )
  await queries.run(
    `WITH ${wishes} UPDATE contact SET is_opt_out = 1 FROM wish WHERE contact.id = wish.contact_id AND wish.is_opt_out = 1`,
    values,
  )
}
