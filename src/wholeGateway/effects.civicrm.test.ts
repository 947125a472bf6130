import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import type { SnsRequest } from '../simulator/topic.ts'
import { EndToEnd, freshAddress, type KeyName, keyNames } from '../testing/endToEnd.ts'

/** What SES says, and what must stand in CiviCRM: type, diagnosis, and how many such bounces hold an address. */
const pairs = [
  ['Undetermined/Undetermined', 'Invalid', '5.0.0 550 Administrative prohibition', 1],
  ['Permanent/General', 'Invalid', '550 5.1.1 user unknown', 1],
  ['Permanent/NoEmail', 'Invalid', '550 5.1.1 no such mailbox', 1],
  ['Permanent/Suppressed', 'Invalid', '5.1.1 Amazon SES holds this address as one that has bounced lately', 1],
  [
    'Permanent/OnAccountSuppressionList',
    'Invalid',
    '5.1.1 Amazon SES did not send: the account suppresses this address',
    1,
  ],
  ['Transient/General', 'Relay', '550 4.4.7 Message expired: unable to deliver in 840 minutes.', 3],
  ['Transient/MailboxFull', 'Quota', '452 4.2.2 mailbox full', 3],
  ['Transient/MessageTooLarge', 'Relay', '552 5.3.4 message too big for system', 3],
  ['Transient/ContentRejected', 'Spam', '554 5.7.1 content refused see the policy of this host', 1],
  ['Transient/AttachmentRejected', 'Spam', '552 5.7.1 attachment type not allowed', 1],
] as const

let e2e: EndToEnd
beforeAll(async () => {
  e2e = await EndToEnd.start()
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
})

/**
 * One mail event in all the ways in which it may come: three times in each dialect, among them the same
 * message again, the same event in another message, and with another feedback id.
 */
function everyWay(key: KeyName, name: string, row: SeededQueueRow): readonly SnsRequest[] {
  const feed = e2e.feed(key)
  const mail = feed.mailing(row)
  const common = { feedbackId: `0102-${row.queueId}`, at: Date.now() }
  const [first, other] = [
    feed.report(name, mail, { ...common, dialect: 'identity' }),
    feed.report(name, mail, { ...common, dialect: 'eventPublishing' }),
  ]
  return [
    first,
    first,
    feed.report(name, mail, { ...common, dialect: 'identity', signatureVersion: '1' }),
    other,
    other,
    feed.report(name, mail, { ...common, dialect: 'eventPublishing', feedbackId: `0103-${row.queueId}` }),
  ]
}

/** SES's words, the marker by which the gateway finds the row again, and the diagnosis. */
function reason(words: string, diagnosis: string): unknown {
  const literal = [words, diagnosis].map((text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`))
  return expect.stringMatching(new RegExp(`^SES ${literal.join(String.raw` \[[a-z2-7]{12}\] `)}$`))
}

async function oneRow(email = freshAddress()): Promise<SeededQueueRow> {
  const { rows } = await e2e.testbed.seedMailing({ recipients: [{ email }] })
  return rows[0]!
}

describe.each(keyNames)('with a key of the kind "%s"', (key) => {
  it('records the ten pairs and a complaint, each once: type, reason, hold after 1 or 3, opt-out', async () => {
    const names = [...pairs.map(([pair]) => `bounce/${pair}`), 'complaint/abuse']
    const { rows } = await e2e.testbed.seedMailing({ recipients: names.map(() => ({ email: freshAddress() })) })
    expect(await e2e.tell(rows.flatMap((row, index) => everyWay(key, names[index]!, row)))).toEqual([200])

    expect(await Promise.all(rows.map(async ({ queueId }) => e2e.tables.bounces(queueId)))).toEqual([
      ...pairs.map(([pair, type, diagnosis]) => [{ type, reason: reason(pair, diagnosis) }]),
      [{ type: 'Spam', reason: reason('Complaint/abuse', 'the recipient complained about the mail') }],
    ])
    expect(await e2e.tables.people(rows)).toEqual([
      ...pairs.map(([, type, , threshold]) => ({ bounces: [type], onHold: threshold === 1 ? 1 : 0, optedOut: false })),
      { bounces: ['Spam'], onHold: 1, optedOut: true },
    ])

    // Those whose address is not on hold yet get two more mailings.
    const soft = pairs.flatMap(([pair, type, , threshold], index) =>
      threshold === 3 ? [{ name: `bounce/${pair}`, type, row: rows[index]! }] : [],
    )
    for (const count of [2, 3]) {
      const next = await e2e.testbed.seedMailing({ recipients: soft.map(({ row }) => row) })
      await e2e.tell(next.rows.flatMap((row, index) => everyWay(key, soft[index]!.name, row)))
      expect(await e2e.tables.people(next.rows)).toEqual(
        soft.map(({ type }) => ({
          bounces: Array.from({ length: count }, () => type),
          onHold: count === 3 ? 1 : 0,
          optedOut: false,
        })),
      )
    }
  })

  it.each(['1', '2'] as const)('takes signatures of version %s', async (signatureVersion) => {
    const row = await oneRow()
    const mail = e2e.feed(key).mailing(row)
    expect(await e2e.tell([e2e.feed(key).report('bounce/Permanent/General', mail, { signatureVersion })])).toEqual([
      200,
    ])
    expect(await e2e.tables.person(row)).toEqual({ bounces: ['Invalid'], onHold: 1, optedOut: false })
  })

  it('records one event once that comes to the addresses of several CMSs and to its own', async () => {
    const row = await oneRow()
    const request = e2e.feed(key).report('bounce/Transient/MailboxFull', e2e.feed(key).mailing(row))
    for (const address of [
      '/?page=CiviCRM&q=civicrm%2fses%2fwebhook',
      '/?civiwp=CiviCRM&q=civicrm/ses/webhook',
      '/index.php?option=com_civicrm&task=civicrm/ses/webhook',
      `/sns/${key}`,
    ])
      expect(await e2e.tell([request], address)).toEqual([200])
    expect(await e2e.tables.person(row)).toEqual({ bounces: ['Quota'], onHold: 0, optedOut: false })
  })

  it('has an address on hold soon after the POST', async () => {
    const row = await oneRow()
    const request = e2e.feed(key).report('bounce/Permanent/General', e2e.feed(key).mailing(row))
    const since = performance.now()
    let answered = 0
    let held = 0
    await e2e.testbed.withConnection(async (connection) => {
      const posted = e2e.bench.post(request).then((status) => {
        answered = performance.now() - since
        return status
      })
      await expect
        .poll(
          async () => {
            const [rows] = await connection.query('SELECT on_hold FROM civicrm_email WHERE id = ?', [row.emailId])
            held = performance.now() - since
            return rows
          },
          { interval: 2 },
        )
        .toEqual([{ on_hold: 1 }])
      expect(await posted).toBe(200)
    })
    // A figure to read, not to assert: it depends on the machine.
    process.stdout.write(`idle, ${key}: 200 after ${answered.toFixed(1)} ms, on hold after ${held.toFixed(0)} ms\n`)
  })
})
