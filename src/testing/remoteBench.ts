import { defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { RemoteCrm } from '../civicrm/remote/remoteCrm.ts'
import { systemClock } from '../clock.ts'
import { siteSchema } from '../settings/site.ts'
import type { Testbed } from '../../testbed/testbed.ts'
import type { CrmBench } from './crmBench.ts'

/** The real CiviCRM of the test bed with one of its keys, and its database behind its back. */
export function remoteBench(testbed: Testbed, apiKey: string): CrmBench {
  const { crm: settings } = siteSchema.parse({ id: 'x', name: 'x', crm: { type: 'civicrm', url: testbed.url } })
  if (settings.type !== 'civicrm') throw new Error('asked for a remote site')
  const credential = { apiKey, siteKey: null }
  const crm = new RemoteCrm({ settings, credential, bounceTypes: defaultBounceTypes, clock: systemClock })
  const change = async (statement: string, ...parameters: readonly (string | number | null)[]): Promise<void> => {
    await testbed.sql(statement, parameters)
  }
  return {
    crm,
    seedContact: async (contact) => testbed.seedContact(contact),
    seedMailing: async (recipients) => {
      const { rows } = await testbed.seedMailing({ recipients: recipients.map((one) => ({ ...one, name: one.email })) })
      return rows
    },
    removeQueueRow: async (queueId) => change('DELETE FROM civicrm_mailing_event_queue WHERE id = ?', queueId),
    editEmail: async (emailId, email) => change('UPDATE civicrm_email SET email = ? WHERE id = ?', email, emailId),
    removeEmail: async (emailId) => change('DELETE FROM civicrm_email WHERE id = ?', emailId),
    setResetDate: async (emailId, at) =>
      change(
        'UPDATE civicrm_email SET reset_date = ? WHERE id = ?',
        at === null ? null : new Date(at).toISOString().slice(0, 19).replace('T', ' '),
        emailId,
      ),
    unhold: async (emailId) => change('UPDATE civicrm_email SET on_hold = 0, hold_date = NULL WHERE id = ?', emailId),
    ageBounces: async (queueId, ms) =>
      change(
        'UPDATE civicrm_mailing_event_bounce SET time_stamp = time_stamp - INTERVAL ? SECOND WHERE event_queue_id = ?',
        ms / 1000,
        queueId,
      ),
    now: () => Date.now(),
    emailState: async (emailId) => {
      const [row] = await testbed.sql('SELECT email, on_hold, hold_date, reset_date FROM civicrm_email WHERE id = ?', [
        emailId,
      ])
      if (row === undefined) return null
      return {
        email: String(row['email']),
        onHold: Number(row['on_hold']),
        held: row['hold_date'] !== null,
        resetDate: row['reset_date'] === null ? null : utc(row['reset_date']),
      }
    },
    optedOut: async (contactId) => {
      const [row] = await testbed.sql('SELECT is_opt_out FROM civicrm_contact WHERE id = ?', [contactId])
      return Number(row?.['is_opt_out']) === 1
    },
    bounces: async (queueId) => {
      const rows = await testbed.sql(
        `SELECT t.name, b.bounce_reason FROM civicrm_mailing_event_bounce b
         LEFT JOIN civicrm_mailing_bounce_type t ON t.id = b.bounce_type_id WHERE b.event_queue_id = ? ORDER BY b.id`,
        [queueId],
      )
      return rows.map((row) => ({ bounceType: String(row['name']), reason: String(row['bounce_reason']) }))
    },
  }
}

/** The test bed's database and PHP are in UTC. */
function utc(date: unknown): number {
  return typeof date === 'string' ? Date.parse(`${date.replace(' ', 'T')}Z`) : Number.NaN
}
