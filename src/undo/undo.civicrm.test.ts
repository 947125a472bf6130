import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeededQueueRow } from '../../testbed/seeded.ts'
import { EndToEnd, freshAddress, type KeyName, keyNames } from '../testing/endToEnd.ts'
import { startSuppressionDouble, type SuppressionDouble } from '../testing/suppressionDouble.ts'

const permanent = 'bounce/Permanent/General'

let double: SuppressionDouble
let e2e: EndToEnd
beforeAll(async () => {
  double = await startSuppressionDouble()
  e2e = await EndToEnd.start({ suppressionLists: double.lists })
})
afterAll(async () => {
  await e2e[Symbol.asyncDispose]()
  await double.close()
})

/** Each of them got a mailing of its own, and SES reports this of it. */
async function report(key: KeyName, name: string, people: readonly SeededQueueRow[]): Promise<void> {
  const { rows } = await e2e.testbed.seedMailing({ recipients: people })
  const feed = e2e.feed(key)
  expect(await e2e.tell(rows.map((row) => feed.report(name, feed.mailing(row))))).toEqual([200])
}

/** CiviCRM counts what bounced in the very second of the reset date. */
async function longAgo(people: readonly SeededQueueRow[]): Promise<void> {
  for (const { emailId } of people)
    await e2e.testbed.sql(
      `UPDATE civicrm_mailing_event_bounce b JOIN civicrm_mailing_event_queue q ON q.id = b.event_queue_id
       SET b.time_stamp = b.time_stamp - INTERVAL 30 SECOND WHERE q.email_id = ?`,
      [emailId],
    )
}

/** Readers at a domain of their own. */
async function readers(
  count: number,
): Promise<{ readonly domain: string; readonly people: readonly SeededQueueRow[] }> {
  const domain = freshAddress().split('@')[1]!
  const recipients = Array.from({ length: count }, (_, number) => ({ email: `reader${number}@${domain}` }))
  return { domain, people: (await e2e.testbed.seedMailing({ recipients })).rows }
}

const off = { onHold: 0, optedOut: false }

/** What the key lets an undo see of a person who has complained. */
const complaint = {
  administrator: { released: 1, optedIn: 1, effects: { undo: 2, left: 0 } },
  lesser: { released: 1, optedIn: 0, effects: { undo: 1, left: 1 } },
}

describe.each(keyNames)('an undo at a real CiviCRM, with a key of the kind "%s"', (key) => {
  it('takes holds back at the second time too, and the next bounce starts from zero', async () => {
    const { domain, people } = await readers(3)
    const [, soft] = people
    const undo = ['undo', '--site', key, '--domain', domain, '--yes']
    for (const round of [1, 2]) {
      await report(key, permanent, people)
      expect(await e2e.tables.people(people), `round ${round}`).toMatchObject(people.map(() => ({ onHold: 1 })))
      for (const { email } of people) double.listed.add(email)
      await longAgo(people)
      expect(await e2e.bench.ask(undo)).toMatchObject({
        released: 3,
        effects: { undo: 3, left: 0 },
        failed: [],
        suppression: { removed: 3, wanted: 0 },
      })
      expect(await e2e.tables.people(people)).toMatchObject(people.map(() => off))
    }
    // CiviCRM's own release leaves the old reset date standing, and one soft bounce would hold at once.
    await report(key, 'bounce/Transient/General', [soft!])
    expect(await e2e.tables.person(soft!)).toMatchObject(off)
  })

  it('takes an opt-out back where it can see that nobody wanted it himself, or where it is told to', async () => {
    const { domain, people } = await readers(1)
    await report(key, 'complaint/abuse', people)
    expect(await e2e.tables.people(people)).toMatchObject([{ onHold: 1, optedOut: true }])
    const undo = ['undo', '--site', key, '--domain', domain, '--yes']
    const { optedIn } = complaint[key]
    expect(await e2e.bench.ask(undo)).toMatchObject(complaint[key])
    expect(await e2e.tables.people(people)).toMatchObject([{ onHold: 0, optedOut: optedIn === 0 }])
    expect(await e2e.bench.ask([...undo, '--without-look'])).toMatchObject({ optedIn: 1 - optedIn })
    expect(await e2e.tables.people(people)).toMatchObject([off])
  })

  it('leaves what staff have done since, and the hold of a mail event that was not chosen', async () => {
    const { domain, people } = await readers(2)
    const [released, other] = people
    await report(key, permanent, people)
    await e2e.testbed.sql('UPDATE civicrm_email SET on_hold = 0, hold_date = NULL, reset_date = NOW() WHERE id = ?', [
      released!.emailId,
    ])
    await report(key, 'bounce/Permanent/NoEmail', [other!])
    const byOtherRule = ['undo', '--site', key, '--domain', domain, '--rule', 'bounce-undetermined', '--yes']
    expect(await e2e.bench.command(byOtherRule)).toMatchObject({
      code: 1,
      err: expect.stringContaining('NOTHING_FOUND'),
    })
    await e2e.testbed.sql('UPDATE civicrm_email SET hold_date = NOW() + INTERVAL 1 HOUR WHERE id = ?', [other!.emailId])
    const report_ = await e2e.bench.ask(['undo', '--site', key, '--domain', domain, '--yes'])
    expect(report_).toMatchObject({ released: 0 })
    expect(await e2e.tables.people(people)).toMatchObject([{ onHold: 0 }, { onHold: 1 }])
  })
})

describe('an opt-out at a real CiviCRM', () => {
  it('stays where the person has opted out himself since', async () => {
    const { domain, people } = await readers(1)
    const [person] = people
    await report('administrator', 'complaint/abuse', people)
    await e2e.testbed.sql(
      `INSERT INTO civicrm_mailing_event_unsubscribe (event_queue_id, org_unsubscribe, time_stamp) VALUES (?, 1, NOW())`,
      [person!.queueId],
    )
    const report_ = await e2e.bench.ask(['undo', '--site', 'administrator', '--domain', domain, '--yes'])
    expect(report_).toMatchObject({ released: 1, optedIn: 0, effects: { left: 1 } })
    expect(await e2e.tables.person(person!)).toMatchObject({ onHold: 0, optedOut: true })
  })
})
