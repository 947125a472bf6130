import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import type { KnownPseudonyms } from '../../../privacy/pseudonyms.ts'
import type { StoredContact } from '../contactStore.ts'

interface Wish {
  readonly onHold: number | null
  readonly heldAt: number | null
  readonly isOptOut: number | null
}

/**
 * Within a commit: who was forgotten, and comes back by an import, is on hold and opted out as he was. Of him only
 * the pseudonym was kept, and for this.
 */
export function inheriting(
  database: SqliteDatabase,
  site: string,
  pseudonyms: KnownPseudonyms,
): (contact: StoredContact) => void {
  const wishOf = database.prepare<Wish>(`
    SELECT max(on_hold) AS onHold, max(hold_date) AS heldAt, max(is_opt_out) AS isOptOut
    FROM contact_email JOIN contact ON contact.id = contact_id WHERE email = ? AND site = ?
  `)
  const hold = database.prepare('UPDATE contact_email SET on_hold = ?, hold_date = ? WHERE id = ?')
  const optOut = database.prepare('UPDATE contact SET is_opt_out = 1 WHERE id = ?')

  return function inherit({ contactId, emails }) {
    const known = pseudonyms()
    if (known === null) return
    for (const { emailId, email } of emails) {
      const wish = wishOf.get(known.of(email), site)
      if ((wish?.onHold ?? 0) > 0) hold.run(wish?.onHold ?? 0, wish?.heldAt ?? null, emailId)
      if (wish?.isOptOut === 1) optOut.run(contactId)
    }
  }
}
