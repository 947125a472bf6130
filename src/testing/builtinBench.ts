import { defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { BuiltinCrm } from '../civicrm/builtin/builtinCrm.ts'
import type { ContactState, ContactStore } from '../civicrm/builtin/contactStore.ts'
import type { RecordingStore } from '../civicrm/builtin/recordingStore.ts'
import type { Clock } from '../clock.ts'
import type { PostgresDatabase } from '../database/postgres/database.ts'
import type { SqliteDatabase } from '../database/sqlite/database.ts'
import type { BenchQueueRow, CrmBench } from './crmBench.ts'

/** A mailing to these, ready to bounce. */
export async function sendMailing(store: ContactStore, ids: readonly number[]): Promise<readonly BenchQueueRow[]> {
  const { jobId, queueRows } = await store.addMailing({ name: 'Autumn', emailIds: ids })
  return queueRows.map(({ queueId, hash, contactId, emailId, email }) => ({
    jobId,
    queueId,
    hash,
    contactId,
    emailId,
    email,
  }))
}

export interface BuiltinParts {
  readonly store: ContactStore & RecordingStore
  readonly clock: Clock
  /** Changes rows behind the store's back: SQL with `?` for its values. */
  readonly change: (sql: string, ...values: readonly (string | number | null)[]) => Promise<void>
  /** Bounces of a queue row, oldest first. */
  readonly bouncesOf: (queueId: number) => Promise<readonly { readonly bounceType: string; readonly reason: string }[]>
}

export function behindSqlite(database: SqliteDatabase): Pick<BuiltinParts, 'change' | 'bouncesOf'> {
  return {
    change: async (sql, ...values) =>
      database.commit(() => {
        database.prepare(sql).run(...values)
      }),
    bouncesOf: async (queueId) =>
      database
        .prepare<{ readonly bounceType: string; readonly reason: string }>(
          'SELECT bounce_type AS bounceType, reason FROM mailing_bounce WHERE queue_id = ? ORDER BY id',
        )
        .all(queueId)
        .map(({ bounceType, reason }) => ({ bounceType, reason })),
  }
}

export function behindPostgres(database: PostgresDatabase): Pick<BuiltinParts, 'change' | 'bouncesOf'> {
  return {
    change: async (sql, ...values) => {
      let count = 0
      await database.run(
        sql.replaceAll('?', () => `$${(count += 1)}`),
        values,
      )
    },
    bouncesOf: async (queueId) =>
      database.query('SELECT bounce_type AS "bounceType", reason FROM mailing_bounce WHERE queue_id = $1 ORDER BY id', [
        queueId,
      ]),
  }
}

/** The built-in contact store of one site, with what a test may do behind its back. */
export function builtinBench({ store, clock, change, bouncesOf }: BuiltinParts): CrmBench {
  const everyone = async (): Promise<readonly ContactState[]> => store.list({ deleted: true })
  return {
    crm: new BuiltinCrm({ store, bounceTypes: defaultBounceTypes, clock }),
    seedContact: async ({ email, deleted = false, optedOut = false, onHold = 0 }) => {
      const [contact] = await store.addContacts([{ name: email, emails: [email] }])
      const [row] = contact?.emails ?? []
      if (contact === undefined || row === undefined) throw new Error('one contact in, one out')
      const { contactId } = contact
      if (onHold !== 0) await store.editEmail(row.emailId, { onHold })
      if (deleted) await store.binContact(contactId, true)
      if (optedOut) await change('UPDATE contact SET is_opt_out = 1 WHERE id = ?', contactId)
      return { contactId, emailId: row.emailId, email: row.email }
    },
    seedMailing: async (recipients) =>
      sendMailing(
        store,
        recipients.map(({ emailId }) => emailId),
      ),
    removeQueueRow: async (queueId) => change('DELETE FROM mailing_queue WHERE id = ?', queueId),
    editEmail: async (emailId, email) => void (await store.editEmail(emailId, { email })),
    removeEmail: async (emailId) => void (await store.removeEmail(emailId)),
    setResetDate: async (emailId, resetDate) => void (await store.editEmail(emailId, { resetDate })),
    unhold: async (emailId) => void (await store.editEmail(emailId, { onHold: 0 })),
    ageBounces: async (queueId, ms) =>
      change('UPDATE mailing_bounce SET bounced_at = bounced_at - ? WHERE queue_id = ?', ms, queueId),
    now: () => clock.now(),
    emailState: async (emailId) => {
      const row = (await everyone()).flatMap(({ emails }) => emails).find((one) => one.emailId === emailId)
      if (row === undefined) return null
      return { email: row.email, onHold: row.onHold, held: row.holdDate !== null, resetDate: row.resetDate }
    },
    optedOut: async (contactId) => (await everyone()).some((one) => one.contactId === contactId && one.optedOut),
    bounces: async (queueId) => bouncesOf(queueId),
  }
}
