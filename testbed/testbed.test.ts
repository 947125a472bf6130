// Belongs to the vitest project `civicrm`: it needs a running test bed (npm run testbed -- --keep).
import { beforeAll, describe, expect, it } from 'vitest'
import { api3, api4, identity } from './api.ts'
import { testbedForTests } from './forTests.ts'
import type { SeededQueueRow } from './seeded.ts'
import type { Testbed } from './testbed.ts'

/** CiviCRM's own numbers of a fresh installation. */
const invalid = 6
const quota = 8

let testbed: Testbed

beforeAll(async () => {
  testbed = await testbedForTests()
})

function bounce(row: SeededQueueRow, type: number, reason = 'smtp; 550 5.1.1 user unknown') {
  return {
    job_id: row.jobId,
    event_queue_id: row.queueId,
    hash: row.hash,
    body: reason,
    bounce_type_id: type,
    bounce_reason: reason,
  }
}

async function oneRecipient(email: string): Promise<SeededQueueRow> {
  const { rows } = await testbed.seedMailing({ recipients: [{ email }] })
  return rows[0]!
}

async function onHold(row: SeededQueueRow): Promise<unknown> {
  const rows = await testbed.sql('SELECT on_hold FROM civicrm_email WHERE id = ?', [row.emailId])
  return rows[0]?.['on_hold']
}

async function bounceRows(row: SeededQueueRow) {
  return testbed.sql('SELECT * FROM civicrm_mailing_event_bounce WHERE event_queue_id = ? ORDER BY id', [row.queueId])
}

describe('keys', () => {
  it('lets both in as different contacts, and nobody with a wrong one', async () => {
    const gateway = await identity(testbed, testbed.apiKey)
    const administrator = await identity(testbed, testbed.adminApiKey)
    expect(gateway.json).toMatchObject({ flow: 'xheader', cred: 'api_key' })
    expect(administrator.json).toMatchObject({ flow: 'xheader', cred: 'api_key' })
    expect(gateway.json?.['contact_id']).not.toBe(administrator.json?.['contact_id'])
    expect(await identity(testbed, 'wrong')).toMatchObject({ status: 401 })
    expect((await identity(testbed, undefined)).json).toMatchObject({ contact_id: null })
  })

  it('gives the lesser one exactly the permissions that the gateway needs', async () => {
    const [role] = await testbed.sql("SELECT permissions FROM civicrm_role WHERE name = 'ses_gateway'")
    expect(String(role?.['permissions']).split('\u0001').filter(Boolean).toSorted()).toEqual([
      'access CiviCRM',
      'access CiviMail',
      'authenticate with api key',
      'edit all contacts',
      'view all contacts',
    ])
  })

  it('shows mailing events to the administrator only', async () => {
    const row = await oneRecipient('shown@example.org')
    await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(row, invalid))
    const question = { where: [['id', '=', row.queueId]], select: ['hash', 'email_id.email'] }
    const queue = await api4(testbed, testbed.adminApiKey, 'MailingEventQueue', 'get', question)
    expect(queue).toMatchObject({ status: 200 })
    expect(queue.json?.['values']).toEqual([{ id: row.queueId, hash: row.hash, 'email_id.email': row.email }])
    expect(await api4(testbed, testbed.apiKey, 'MailingEventQueue', 'get', question)).toMatchObject({ status: 403 })

    const bounces = {
      where: [['event_queue_id', '=', row.queueId]],
      select: ['bounce_type_id:name', 'event_queue_id.email_id.email'],
    }
    const found = await api4(testbed, testbed.adminApiKey, 'MailingEventBounce', 'get', bounces)
    expect(found.json?.['values']).toMatchObject([
      { 'bounce_type_id:name': 'Invalid', 'event_queue_id.email_id.email': row.email },
    ])
    expect(await api4(testbed, testbed.apiKey, 'MailingEventBounce', 'get', bounces)).toMatchObject({ status: 403 })
  })

  it('lets the administrator run the status checks, which read the forms', async () => {
    const reply = await api4(testbed, testbed.adminApiKey, 'System', 'check', {})
    expect(reply).toMatchObject({ status: 200 })
    expect(reply.json?.['values']).toBeInstanceOf(Array)
  })
})

describe('bounces', () => {
  it('records one with its type and reason and holds the address at once where the threshold is 1', async () => {
    const row = await oneRecipient('gone@example.org')
    const reply = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(row, invalid))
    expect(reply.json).toMatchObject({ is_error: 0 })
    expect(await bounceRows(row)).toMatchObject([
      { bounce_type_id: invalid, bounce_reason: 'smtp; 550 5.1.1 user unknown' },
    ])
    expect(await onHold(row)).toBe(1)
  })

  it('holds at the third of a type whose threshold is 3, over several mailings', async () => {
    let row = await oneRecipient('full@example.org')
    for (const expected of [0, 0, 1]) {
      const reply = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(row, quota))
      expect(reply.json).toMatchObject({ is_error: 0 })
      expect(await onHold(row)).toBe(expected)
      const { contactId, emailId, email, name } = row
      row = (await testbed.seedMailing({ recipients: [{ contactId, emailId, email, name }] })).rows[0]!
    }
  })

  it('takes a hundred in one call', async () => {
    const { rows } = await testbed.seedMailing({
      recipients: Array.from({ length: 100 }, (_, index) => ({ email: `hundred${index}@example.org` })),
    })
    const calls = rows.map((row) => ['Mailing', 'event_bounce', bounce(row, invalid)])
    const reply = await api3(testbed, testbed.apiKey, 'api3', 'call', calls)
    const results = Object.values(reply.json ?? {})
    expect(results).toHaveLength(100)
    expect(results.every((result) => Reflect.get(Object(result), 'is_error') === 0)).toBe(true)
    const [count] = await testbed.sql(
      `SELECT COUNT(*) AS bounces, SUM(e.on_hold) AS held FROM civicrm_mailing_event_bounce b
       JOIN civicrm_mailing_event_queue q ON q.id = b.event_queue_id JOIN civicrm_email e ON e.id = q.email_id
       WHERE q.mailing_id = ?`,
      [rows[0]!.mailingId],
    )
    expect([Number(count?.['bounces']), Number(count?.['held'])]).toEqual([100, 100])
  })

  it('knows no purged row and takes no wrong hash', async () => {
    const wrong = { ...testbed.recipient('apostrophe'), hash: '0000000000000000' }
    for (const reference of [testbed.recipient('purged'), wrong]) {
      const reply = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(reference, invalid))
      expect(reply.json).toMatchObject({ is_error: 1, error_code: 'no_queue_event' })
    }
  })
})

describe('addresses', () => {
  it.each(['apostrophe', 'ampersand', 'umlaut', 'international', 'plusTag', 'upperCase', 'longAddress'])(
    'finds the seeded %s by its address, in whatever case',
    async (name) => {
      const person = testbed.person(name)
      const reply = await api4(testbed, testbed.apiKey, 'Email', 'get', {
        select: ['id', 'contact_id', 'email'],
        where: [['email', '=', person.email.toUpperCase()]],
      })
      expect(reply.json?.['values']).toContainEqual({
        id: person.emailId,
        contact_id: person.contactId,
        email: person.email,
      })
    },
  )

  it('compares without accents, so an answer may hold the address of somebody else', async () => {
    const umlaut = testbed.person('umlaut')
    const umlautPlain = testbed.person('umlautPlain')
    const reply = await api4(testbed, testbed.apiKey, 'Email', 'get', {
      select: ['email'],
      where: [['email', '=', umlautPlain.email]],
    })
    expect(reply.json?.['values']).toMatchObject([{ email: umlaut.email }, { email: umlautPlain.email }])
  })

  it('has the shared, changed and removed ones as the tables should have them', async () => {
    expect(
      await testbed.sql(
        `SELECT c.is_deleted FROM civicrm_email e JOIN civicrm_contact c ON c.id = e.contact_id
         WHERE e.email = ? ORDER BY c.id`,
        [testbed.person('sharedFirst').email],
      ),
    ).toEqual([{ is_deleted: 0 }, { is_deleted: 0 }, { is_deleted: 1 }])
    expect(testbed.person('sharedDeleted').queueId).toBeUndefined()
    expect(testbed.recipient('edited')).toMatchObject({
      email: 'new-address@example.org',
      sentTo: 'old-address@example.org',
    })
    expect(
      await testbed.sql('SELECT email FROM civicrm_email WHERE id = ?', [testbed.recipient('edited').emailId]),
    ).toEqual([{ email: 'new-address@example.org' }])
    expect(
      await testbed.sql('SELECT email_id FROM civicrm_mailing_event_queue WHERE id = ?', [
        testbed.recipient('removed').queueId,
      ]),
    ).toEqual([{ email_id: null }])
    const [wish] = await testbed.sql('SELECT on_hold FROM civicrm_email WHERE id = ?', [
      testbed.person('ownWish').emailId,
    ])
    expect(wish).toEqual({ on_hold: 2 })
    const [free] = await testbed.sql('SELECT on_hold, reset_date FROM civicrm_email WHERE id = ?', [
      testbed.person('released').emailId,
    ])
    expect(free).toEqual({ on_hold: 0, reset_date: expect.stringMatching(/^\d{4}-\d\d-\d\d /u) })
  })

  it('opts a contact out by the lesser key, and only once', async () => {
    const contact = await testbed.seedContact({ email: 'complains@example.org' })
    const call = {
      where: [
        ['id', 'IN', [contact.contactId]],
        ['is_opt_out', '=', false],
      ],
      values: { is_opt_out: true },
    }
    const first = await api4(testbed, testbed.apiKey, 'Contact', 'update', call)
    expect(first.json).toMatchObject({ count: 1 })
    expect(await testbed.sql('SELECT is_opt_out FROM civicrm_contact WHERE id = ?', [contact.contactId])).toEqual([
      { is_opt_out: 1 },
    ])
    expect((await api4(testbed, testbed.apiKey, 'Contact', 'update', call)).json).toMatchObject({ count: 0 })
  })
})

describe('seeding', () => {
  it('makes two thousand recipients in a few seconds, each with a reference that CiviCRM takes', async () => {
    const begin = performance.now()
    const { rows } = await testbed.seedMailing({
      recipients: Array.from({ length: 2_000 }, (_, index) => ({ email: `Bulk${index}@Example.org` })),
    })
    expect(performance.now() - begin).toBeLessThan(5_000)
    expect(new Set(rows.map((row) => row.hash)).size).toBe(2_000)
    expect(rows[1_999]!.email).toBe('bulk1999@example.org')
    const reply = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(rows[1_999]!, invalid))
    expect(reply.json).toMatchObject({ is_error: 0 })
    expect(await onHold(rows[1_999]!)).toBe(1)
    expect(await onHold(rows[1_998]!)).toBe(0)
  })

  it('makes contacts in the states that decisions look at', async () => {
    const held = await testbed.seedContact({ email: 'held@example.org', onHold: 2, optedOut: true, deleted: true })
    const [row] = await testbed.sql(
      `SELECT e.on_hold, e.hold_date IS NOT NULL AS dated, c.is_opt_out, c.is_deleted
       FROM civicrm_email e JOIN civicrm_contact c ON c.id = e.contact_id WHERE e.id = ?`,
      [held.emailId],
    )
    expect(row).toEqual({ on_hold: 2, dated: 1, is_opt_out: 1, is_deleted: 1 })
  })
})

describe('faults', () => {
  it('answers nothing good without its database, and all is there after it was killed and came back', async () => {
    const row = await oneRecipient('survives@example.org')
    await testbed.killDatabase()
    const down = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(row, invalid))
    expect(down.json?.['is_error']).not.toBe(0)
    await testbed.startDatabase()
    const up = await api3(testbed, testbed.apiKey, 'Mailing', 'event_bounce', bounce(row, invalid))
    expect(up.json).toMatchObject({ is_error: 0 })
    expect(await bounceRows(row)).toHaveLength(1)
  })

  it('stops the database cleanly', async () => {
    await testbed.stopDatabase()
    await expect(testbed.sql('SELECT 1')).rejects.toThrow('ECONNREFUSED')
    await testbed.startDatabase()
    expect(await testbed.sql('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('refuses connections while PHP is killed', async () => {
    await testbed.killPhp()
    await expect(identity(testbed, testbed.apiKey)).rejects.toThrow('fetch failed')
    await testbed.startPhp()
    expect(await identity(testbed, testbed.apiKey)).toMatchObject({ status: 200 })
  })

  it('keeps a caller waiting while PHP is frozen, and answers it afterwards', async () => {
    await testbed.freezePhp()
    let answered = false
    const waiting = identity(testbed, testbed.apiKey).then((reply) => {
      answered = true
      return reply
    })
    // The kernel takes the connection of the next one too; that it got this far proves the first is under way.
    await expect(fetch(testbed.url, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/abort|timeout/u)
    expect(answered).toBe(false)
    await testbed.resumePhp()
    expect(await waiting).toMatchObject({ status: 200 })
  })

  it('goes back to what was seeded', async () => {
    const row = await oneRecipient('forgotten@example.org')
    await testbed.reset()
    expect(await testbed.sql('SELECT id FROM civicrm_mailing WHERE id = ?', [row.mailingId])).toEqual([])
    expect(await testbed.sql('SELECT COUNT(*) AS bounces FROM civicrm_mailing_event_bounce')).toEqual([{ bounces: 0 }])
    expect(await identity(testbed, testbed.apiKey)).toMatchObject({ status: 200 })
  })
})
