import { defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { BuiltinCrm } from '../civicrm/builtin/builtinCrm.ts'
import type { ContactState } from '../civicrm/builtin/contactStore.ts'
import { SqliteContactStore } from '../civicrm/builtin/sqlite/sqliteContactStore.ts'
import type { Clock } from '../clock.ts'
import type { SqliteDatabase } from '../database/sqlite/database.ts'
import type { BenchQueueRow, CrmBench } from './crmBench.ts'

/** A mailing to these, ready to bounce. */
export async function sendMailing(
  store: SqliteContactStore,
  ids: readonly number[],
): Promise<readonly BenchQueueRow[]> {
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

/** The built-in contact store of one site, with what a test may do behind its back. */
export function builtinBench(options: {
  readonly database: SqliteDatabase
  readonly site: string
  readonly clock: Clock
}): CrmBench {
  const { database, clock } = options
  const store = new SqliteContactStore(options)
  const change = async (sql: string, ...values: readonly (string | number | null)[]): Promise<void> =>
    database.commit(() => {
      database.prepare(sql).run(...values)
    })
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
    bounces: async (queueId) =>
      database
        .prepare<{ readonly bounceType: string; readonly reason: string }>(
          'SELECT bounce_type AS bounceType, reason FROM mailing_bounce WHERE queue_id = ? ORDER BY id',
        )
        .all(queueId)
        .map(({ bounceType, reason }) => ({ bounceType, reason })),
  }
}
