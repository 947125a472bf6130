import { connectTestbed } from '../../testbed/testbed.ts'
import { type CrmBehind, countRecorded } from './crmBehind.ts'
import { Forwarder } from './forwarder.ts'

/**
 * The real CiviCRM of the test bed, behind a door of its own: while the door is shut, nothing listens at the
 * site's address, and nobody else who uses the test bed notices.
 *
 * @throws TestbedProblem where no test bed runs
 */
export async function civicrmBehind(count: number): Promise<CrmBehind> {
  const testbed = connectTestbed()
  const { hostname, port } = new URL(testbed.url)
  const door = await Forwarder.prepare({ host: hostname, port: Number(port) })
  // Names unlike those of any other run: the test bed may hold people of earlier ones.
  const run = Date.now().toString(36)
  const { jobId, rows } = await testbed.seedMailing({
    recipients: Array.from({ length: count }, (_, index) => ({ email: `person-${run}-${index}@example.org` })),
  })
  const recipients = rows.map(({ sentTo, queueId, hash }) => ({ address: sentTo, row: { jobId, queueId, hash } }))
  return {
    name: 'the CiviCRM of the test bed',
    url: `http://127.0.0.1:${door.port}`,
    apiKey: testbed.adminApiKey,
    recipients,
    comeBack: async () => door.open(),
    recorded: async () => {
      const found = await testbed.sql(
        `SELECT bounce.event_queue_id AS queueId, COUNT(*) AS times
         FROM civicrm_mailing_event_bounce bounce
         JOIN civicrm_mailing_event_queue queue ON queue.id = bounce.event_queue_id
         WHERE queue.job_id = ? GROUP BY bounce.event_queue_id`,
        [jobId],
      )
      const times = new Map(found.map((row) => [Number(row['queueId']), Number(row['times'])]))
      return countRecorded(recipients, ({ row }) => (row === null ? 0 : (times.get(row.queueId) ?? 0)))
    },
    end: async () => door.close(),
  }
}
