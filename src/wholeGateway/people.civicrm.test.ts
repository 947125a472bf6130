import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import { EndToEnd, freshAddress, keyNames } from '../testing/endToEnd.ts'

const untouched = { bounces: [], onHold: 0, optedOut: false }
const invalid = { bounces: ['Invalid'], onHold: 1, optedOut: false }
const complained = { bounces: ['Spam'], onHold: 1, optedOut: true }
const hard = 'bounce/Permanent/General'

let e2e: EndToEnd
beforeAll(async () => {
  e2e = await EndToEnd.start()
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
})

async function sentTo(...emails: readonly string[]): Promise<readonly SeededQueueRow[]> {
  const { rows } = await e2e.testbed.seedMailing({ recipients: emails.map((email) => ({ email })) })
  return rows
}

/** Who is charged, and who is not, as it stands in CiviCRM's tables. */
describe.each(keyNames)('with a key of the kind "%s"', (key) => {
  const feed = (): ReturnType<EndToEnd['feed']> => e2e.feed(key)
  const rules = async (recipient: string): Promise<readonly string[]> =>
    (await e2e.bench.gateway.operations.ledger.search({ recipient, limit: 10 })).map(({ decision }) => decision.rule)

  it('a bounced copy (CC) is charged to its own address, and the To contact stays untouched', async () => {
    const [to] = await sentTo(freshAddress('to'))
    const copy = await e2e.testbed.seedContact({ email: freshAddress('copy') })
    const mail = feed().mailing(to!, { cc: [copy.email] })
    await e2e.tell([feed().report(hard, mail, { recipients: [copy.email] })])
    expect(await e2e.tables.people([to!, copy])).toEqual([untouched, { ...untouched, onHold: 1 }])
  })

  it('"not spam" has no effect', async () => {
    const [row] = await sentTo(freshAddress())
    await e2e.tell([feed().report('complaint/not-spam', feed().mailing(row!))])
    expect(await e2e.tables.person(row!)).toEqual(untouched)
    expect(await rules(row!.email)).toEqual(['complaint-not-spam'])
  })

  it('mail without a mailing is counted by the gateway and held at the threshold', async () => {
    const contact = await e2e.testbed.seedContact({ email: freshAddress('receipt') })
    for (const onHold of [0, 0, 1]) {
      const full = feed().report('bounce/Transient/MailboxFull', feed().receipt(contact.email))
      await e2e.tell([full, full])
      expect(await e2e.tables.person(contact)).toEqual({ ...untouched, onHold })
    }
    const other = await e2e.testbed.seedContact({ email: freshAddress('receipt') })
    await e2e.tell([feed().report(hard, feed().receipt(other.email))])
    expect(await e2e.tables.person(other)).toEqual({ ...untouched, onHold: 1 })
  })

  it('a complaint without a mailing opts out all living owners of the address, not those in the trash', async () => {
    const email = freshAddress('family')
    const living = [await e2e.testbed.seedContact({ email }), await e2e.testbed.seedContact({ email })]
    const trashed = await e2e.testbed.seedContact({ email, deleted: true })
    await e2e.tell([feed().report('complaint/abuse', feed().receipt(email))])
    expect(await e2e.tables.people([...living, trashed])).toEqual([
      { ...untouched, optedOut: true },
      { ...untouched, optedOut: true },
      untouched,
    ])
  })

  it('a complaint about a mailing opts out all living owners, and holds the address that was mailed', async () => {
    const email = freshAddress('family')
    const [mailed] = await sentTo(email)
    const second = await e2e.testbed.seedContact({ email })
    const trashed = await e2e.testbed.seedContact({ email, deleted: true })
    await e2e.tell([feed().report('complaint/abuse', feed().mailing(mailed!))])
    expect(await e2e.tables.people([mailed!, second, trashed])).toEqual([
      complained,
      { ...untouched, optedOut: true },
      untouched,
    ])
  })

  it.each([
    ["o'brien", 'brien'],
    ['a&b', 'b'],
    // CiviCRM's database compares without accents: a search for the one finds the other as well.
    ['müller', 'muller'],
    ['muller', 'müller'],
    ['user+tag', 'user'],
  ])('%s is not %s', async (localpart, otherLocalpart) => {
    const email = freshAddress(localpart)
    const otherEmail = email.replace(/^[^@]*/, otherLocalpart)
    const [bounced, other] = await sentTo(email, otherEmail)
    const receipts = [await e2e.testbed.seedContact({ email }), await e2e.testbed.seedContact({ email: otherEmail })]
    await e2e.tell([
      feed().report(hard, feed().mailing(bounced!)),
      feed().report('complaint/abuse', feed().receipt(email)),
    ])
    expect(await e2e.tables.people([bounced!, other!, ...receipts])).toEqual([
      { ...invalid, optedOut: true },
      untouched,
      { ...untouched, optedOut: true },
      untouched,
    ])
  })

  it('an address that was released since is not held for what happened before', async () => {
    const [row] = await sentTo(freshAddress('released'))
    const receipt = await e2e.testbed.seedContact({ email: freshAddress('released') })
    const hourAgo = Date.now() - 3_600_000
    for (const { emailId } of [row!, receipt])
      await e2e.testbed.sql('UPDATE civicrm_email SET reset_date = UTC_TIMESTAMP() WHERE id = ?', [emailId])
    await e2e.tell([
      feed().report(hard, feed().mailing(row!), { at: hourAgo }),
      feed().report(hard, feed().receipt(receipt.email), { at: hourAgo }),
    ])
    expect(await e2e.tables.people([row!, receipt])).toEqual([untouched, untouched])
    expect([...(await rules(row!.email)), ...(await rules(receipt.email))]).toEqual([
      'released-since',
      'released-since',
    ])
    // The next one, after the release, counts.
    await e2e.tell([feed().report(hard, feed().mailing(row!), { at: Date.now() + 1000 })])
    expect(await e2e.tables.person(row!)).toEqual(invalid)
  })

  it('an event whose queue row is purged goes by the address', async () => {
    const [row] = await sentTo(freshAddress('purged'))
    await e2e.testbed.sql('DELETE FROM civicrm_mailing_event_queue WHERE id = ?', [row!.queueId])
    await e2e.tell([feed().report('complaint/abuse', feed().mailing(row!)), feed().report(hard, feed().mailing(row!))])
    expect(await e2e.tables.person(row!)).toEqual({ bounces: [], onHold: 1, optedOut: true })
  })
})

describe('with the key of an administrator', () => {
  it('an address that was edited since the mailing is not held in place of the old one', async () => {
    const feed = e2e.feed('administrator')
    const [row] = await sentTo(freshAddress('old'))
    const edited = freshAddress('new')
    await e2e.testbed.sql('UPDATE civicrm_email SET email = ? WHERE id = ?', [edited, row!.emailId])
    // Somebody else has the old address now.
    const heir = await e2e.testbed.seedContact({ email: row!.email })
    await e2e.tell([feed.report(hard, feed.mailing(row!))])
    expect(await e2e.tables.people([row!, heir])).toEqual([untouched, { ...untouched, onHold: 1 }])
  })
})
