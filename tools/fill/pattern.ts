import { BuiltinCrm } from '../../src/civicrm/builtin/builtinCrm.ts'
import { SqliteContactStore } from '../../src/civicrm/builtin/sqlite/sqliteContactStore.ts'
import type { SqlValue } from '../../src/database/sqlite/statement.ts'
import type { Site } from '../../src/settings/site.ts'
import { caseNamed } from '../../src/simulator/cases.ts'
import { renderEnvelope } from '../../src/simulator/envelope.ts'
import { mailingMail } from '../../src/simulator/mailing.ts'
import { sendingAccount } from '../../src/simulator/sns.ts'
import { RecorderBench } from '../../src/testing/recorderBench.ts'
import { type Row, type TableName, filledTables, numberedTables } from './tables.ts'

/** What must differ from copy to copy, as it stands in the pattern: texts that occur nowhere else. */
export const marks = {
  address: 'pattern.recipient@receiver.example',
  /** The identifying part of SES's id of the mail; the rest of it is the time. */
  mailId: '01020192aaaa0001-0f0f0f0f-1111-4222-8333-0123456789ab-000000',
  mailUuid: '0f0f0f0f-1111-4222-8333-0123456789ab',
  feedbackId: '01020192aaaa0002-1f1f1f1f-1111-4222-8333-0123456789ab-000000',
  messageId: '2f2f2f2f-1111-4222-8333-0123456789ab',
  hash: 'patternhash00000',
} as const

/** The first id of each table: eight digits, which no other number of the pattern has. */
export const firstIds = {
  contact: 71_000_001,
  contact_email: 72_000_001,
  mailing: 73_000_001,
  mailing_queue: 74_000_001,
  mailing_bounce: 75_000_001,
  notification: 76_000_001,
  mail_event: 77_000_001,
  effect: 78_000_001,
} as const

/** All rows that the gateway left of one notification. */
export interface Pattern {
  readonly rows: readonly { readonly table: TableName; readonly row: Row }[]
  /** When it was received and recorded, epoch ms. */
  readonly at: number
}

export interface PatternSource {
  /** Of the simulator, e.g. `bounce/Permanent/General`. */
  readonly caseName: string
  readonly site: Site
  readonly topicArn: string
  /** `waiting`: accepted and not yet recorded. */
  readonly state: 'recorded' | 'waiting'
}

/**
 * Has the gateway itself record one notification of a kind, in a store of its own, and reads what it left there.
 * Copies of it are what the gateway would have written: nothing here knows how it writes.
 */
export async function recordPattern({ caseName, site, topicArn, state }: PatternSource): Promise<Pattern> {
  await using bench: RecorderBench = new RecorderBench({
    sites: [site],
    connect: ({ id, bounceTypes }, time): BuiltinCrm =>
      new BuiltinCrm({ store: contactsOf(bench, id), bounceTypes, clock: time }),
  })
  const { database, time, inbox } = bench
  const at = time.now()
  await database.commit(() => {
    const start = database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)')
    for (const table of numberedTables) start.run(table, firstIds[table] - 1)
  })
  const contacts = contactsOf(bench, site.id)
  const [contact] = await contacts.addContacts([{ name: marks.address, emails: [marks.address] }])
  const emailIds = contact?.emails.map(({ emailId }) => emailId) ?? []
  const { jobId, queueRows } = await contacts.addMailing({ name: 'Newsletter', emailIds })
  const [row] = queueRows
  if (row === undefined) throw new Error('a mailing to one address has one queue row')
  const { localpart, separator, domains } = site.mail
  const mail = mailingMail(
    {
      messageId: marks.mailId,
      sentAt: at - 90_000,
      to: marks.address,
      subject: 'Newsletter',
      from: `"Example" <news@${domains[0] ?? ''}>`,
      account: sendingAccount(topicArn, domains[0] ?? ''),
    },
    { localpart: localpart ?? '', separator, domain: domains[0] ?? '' },
    { jobId, queueId: row.queueId, hash: row.hash },
  )
  const sesCase = caseNamed(caseName)
  const published = sesCase.message({
    mail,
    addresses: [marks.address],
    at: at - 30_000,
    dialect: 'eventPublishing',
    feedbackId: marks.feedbackId,
    topicArn,
  })
  await inbox.accept({
    addressed: '',
    site: site.id,
    messageId: marks.messageId,
    topicArn,
    channel: 'https',
    receivedAt: at,
    publishedAt: at - 1000,
    raw: Buffer.from(envelope(topicArn, published, at - 1000)),
    verdict: { signatureVersion: '2', certificateUrl, verifiedAt: at },
  })
  if (state === 'recorded') {
    await bench.start()
    await bench.settle()
    if ((await inbox.backlog()).length > 0) throw new Error(`${caseName} was not recorded`)
  }
  const rows = filledTables.flatMap((table) =>
    database
      .prepare<Record<string, SqlValue>>(`SELECT * FROM ${table}`)
      .all()
      .map((found) => ({ table, row: found })),
  )
  return { rows, at }
}

const certificateUrl =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem'

function contactsOf({ database, time }: RecorderBench, site: string): SqliteContactStore {
  return new SqliteContactStore({ database, site, clock: time, newHash: () => marks.hash })
}

/** As long as SNS's. The signature fits nothing: it was checked when it came, and is never asked for again. */
function envelope(
  topicArn: string,
  published: { readonly message: string; readonly subject: string | null },
  at: number,
): string {
  const { message, subject } = published
  return renderEnvelope({
    Type: 'Notification',
    MessageId: marks.messageId,
    TopicArn: topicArn,
    ...(subject === null ? {} : { Subject: subject }),
    Message: message,
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: '2',
    Signature: Buffer.alloc(256, 'signature').toString('base64'),
    SigningCertURL: certificateUrl,
    UnsubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${topicArn}:3f3f3f3f-1111-4222-8333-0123456789ab`,
  })
}
