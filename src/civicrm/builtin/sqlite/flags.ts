import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import type { HeldRow } from '../../crm.ts'

/** Opt-out and holds set from outside the bounce logic, as CiviCRM's API sets them. Runs inside a commit. */
export class Flags {
  readonly #site: string
  readonly #optOut
  readonly #hold
  readonly #optIn
  readonly #release

  constructor(database: SqliteDatabase, site: string) {
    this.#site = site
    this.#optOut = database.prepare<{ readonly id: number }>(`UPDATE contact SET is_opt_out = 1
       WHERE id IN (SELECT value FROM json_each(?)) AND site = ? AND is_opt_out = 0 AND is_deleted = 0 RETURNING id`)
    // CiviCRM forgets the reset date with a hold that did not come from a bounce (CRM/Core/BAO/Email.php).
    this.#hold = database.prepare<{
      readonly id: number
    }>(`UPDATE contact_email SET on_hold = 1, hold_date = coalesce(hold_date, ?), reset_date = NULL
       WHERE id IN (SELECT value FROM json_each(?)) AND on_hold = 0
         AND EXISTS (SELECT 1 FROM contact WHERE contact.id = contact_id AND site = ?) RETURNING id`)
    this.#optIn = database.prepare<{ readonly id: number }>(`UPDATE contact SET is_opt_out = 0
       WHERE id IN (SELECT value FROM json_each(?)) AND site = ? AND is_opt_out = 1 AND is_deleted = 0 RETURNING id`)
    // A hold by opt-out is dated like every other, and forgets the reset date.
    this.#release = database.prepare(`UPDATE contact_email
       SET on_hold = ?1, hold_date = iif(?1 = 0, NULL, hold_date), reset_date = iif(?1 = 0, ?2, NULL)
       WHERE id = ?3 AND on_hold = 1 AND hold_date IS ?4
         AND EXISTS (SELECT 1 FROM contact WHERE contact.id = contact_id AND site = ?5)`)
  }

  optOut(contactIds: readonly number[]): readonly number[] {
    return idsOf(this.#optOut.all(JSON.stringify(contactIds), this.#site))
  }

  hold(emailIds: readonly number[], at: number): readonly number[] {
    return idsOf(this.#hold.all(at, JSON.stringify(emailIds), this.#site))
  }

  optIn(contactIds: readonly number[]): readonly number[] {
    return idsOf(this.#optIn.all(JSON.stringify(contactIds), this.#site))
  }

  release(rows: readonly HeldRow[], at: number): readonly number[] {
    const changed = rows.filter(
      ({ emailId, holdDate, becomes }) => this.#release.run(becomes, at, emailId, holdDate, this.#site).changes > 0,
    )
    return changed.map(({ emailId }) => emailId)
  }
}

function idsOf(rows: readonly { readonly id: number }[]): readonly number[] {
  return rows.map(({ id }) => id).toSorted((a, b) => a - b)
}
