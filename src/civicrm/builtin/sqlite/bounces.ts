import type { BounceTypeName, BounceTypes } from '../../../civimail/bounceTypes.ts'
import type { SqliteDatabase } from '../../../database/sqlite/database.ts'
import type { BounceOutcome } from '../../crm.ts'
import { reachesThreshold } from '../holdRule.ts'
import type { BounceEntry } from '../recordingStore.ts'

/** One bounce as CiviCRM records it: verify, insert, count, hold. Runs inside a commit. */
export class BounceRecorder {
  readonly #site: string
  readonly #find
  readonly #insert
  readonly #count
  readonly #hold

  constructor(database: SqliteDatabase, site: string) {
    this.#site = site
    this.#find = database.prepare<{ readonly emailId: number | null }>( // CiviCRM's collation takes the hash in any letter case.
      `SELECT q.email_id AS emailId FROM mailing_queue q JOIN mailing m ON m.id = q.mailing_id
       WHERE q.id = ? AND q.hash = lower(?) AND m.site = ?`,
    )
    this.#insert = database.prepare(
      'INSERT INTO mailing_bounce (queue_id, bounce_type, reason, bounced_at) VALUES (?, ?, ?, ?)',
    )
    this.#count = database.prepare<{
      readonly bounceType: BounceTypeName
      readonly bounces: number
    }>(`SELECT b.bounce_type AS bounceType, COUNT(*) AS bounces
       FROM mailing_bounce b JOIN mailing_queue q ON q.id = b.queue_id JOIN contact_email e ON e.id = q.email_id
       WHERE e.id = ? AND (e.reset_date IS NULL OR b.bounced_at >= e.reset_date) GROUP BY b.bounce_type`)
    // Whatever it was before: a hold by opt-out becomes one by bounce. The reset date stays.
    this.#hold = database.prepare('UPDATE contact_email SET on_hold = 1, hold_date = ? WHERE id = ?')
  }

  record({ queueId, hash, bounceType, reason }: BounceEntry, bounceTypes: BounceTypes, at: number): BounceOutcome {
    const row = this.#find.get(queueId, hash, this.#site)
    if (row === undefined) return { outcome: 'gone', message: 'no such queue row, or another hash' }
    this.#insert.run(queueId, bounceType, reason, at)
    if (row.emailId !== null) {
      const counts = new Map(this.#count.all(row.emailId).map((count) => [count.bounceType, count.bounces]))
      if (reachesThreshold(counts, bounceTypes)) this.#hold.run(at, row.emailId)
    }
    return { outcome: 'recorded' }
  }
}
