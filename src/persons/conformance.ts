import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assumedFacts } from '../civimail/crmFacts.ts'
import { outageRules } from '../civimail/guard/setAside.ts'
import type { ContactStore } from '../civicrm/builtin/contactStore.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Ledger, PlannedEvent } from '../ledger/ledger.ts'
import { Person } from '../privacy/person.ts'
import { notification, receivedAt } from '../testing/notifications.ts'
import { bounceEffect, decision, holdEffect, mailEvent, optOutEffect, planned } from '../testing/plannedEvents.ts'
import { testPseudonyms } from '../testing/testPseudonyms.ts'
import { exportPerson, type PersonExport } from './exportPerson.ts'
import { forget, type ForgetReport } from './forget.ts'
import { harmless, places } from './places.ts'
import type { PersonStore } from './personStore.ts'

/** One empty store of an engine. */
export interface PersonBench {
  readonly inbox: Inbox
  readonly ledger: Ledger
  readonly store: PersonStore
  /** Of the site alpha. */
  readonly contacts: ContactStore
  /** SQL that both engines know. */
  execute(sql: string): Promise<void>
  /** Every column of text or bytes, as `table.column`. */
  columns(): Promise<readonly string[]>
  /** Everything that is stored, as bytes. */
  bytes(): Promise<Buffer>
  close(): Promise<void>
}

const ann = 'ann@example.org'
const bob = 'bob@example.org'

/** An SNS message of a mail to these, of whom the first ones bounced. */
function message(destination: readonly string[], bounced = destination.slice(0, 1)): Uint8Array {
  const record = {
    notificationType: 'Bounce',
    mail: {
      destination,
      headers: [{ name: 'To', value: destination.map((one) => `"Name of ${one.split('@')[0]}" <${one}>`).join(', ') }],
      commonHeaders: { to: destination },
    },
    bounce: {
      bounceType: 'Permanent',
      bouncedRecipients: bounced.map((emailAddress) => ({
        emailAddress,
        diagnosticCode: `smtp; 550 <${emailAddress}> is unknown`,
      })),
    },
  }
  return Buffer.from(
    JSON.stringify({ Type: 'Notification', Message: JSON.stringify(record), Signature: 'c2lnbmF0dXJlIG9mIFNOUw==' }),
  )
}

/** What every store must do for a person who asks what is stored of him, or wants it gone. */
export function describePersons(name: string, open: () => Promise<PersonBench>): void {
  describe(`a person in ${name}`, () => {
    let bench: PersonBench
    beforeEach(async () => {
      bench = await open()
    })
    afterEach(async () => {
      await bench.close()
    })

    const walkOf = (address: string, signal = new AbortController().signal) => {
      const person = new Person(address)
      return {
        store: bench.store,
        person,
        pseudonym: testPseudonyms().of(person.key),
        pause: async () => undefined,
        signal,
        progress: () => undefined,
      }
    }
    const exported = async (address: string): Promise<PersonExport> => exportPerson(walkOf(address))
    const forgotten = async (address: string, dryRun = false): Promise<ForgetReport> =>
      forget({ ...walkOf(address), pseudonyms: testPseudonyms(), dryRun })
    const tablesOf = ({ stored }: PersonExport): readonly string[] =>
      [...new Set(stored.map(({ table }) => table))].toSorted()

    async function accept(number: number, raw: Uint8Array, end: 'recorded' | 'dead' | 'waiting'): Promise<number> {
      await bench.inbox.accept(notification(number, { raw }))
      const [claimed] = await bench.inbox.claim({
        owner: 'one',
        site: 'alpha',
        limit: 1,
        now: receivedAt,
        leaseUntil: receivedAt + 60_000,
      })
      const id = claimed!.id
      const at = receivedAt + 1000
      if (end === 'recorded') await bench.inbox.settle('one', [{ id, end, at }])
      if (end === 'dead')
        await bench.inbox.settle('one', [{ id, end, at, code: 'X', reason: `Ann@Example.org is not to be read` }])
      return id
    }

    async function plan(event: PlannedEvent, state: 'calling' | 'done' | 'uncertain'): Promise<PlannedEvent> {
      const [entry] = await bench.ledger.plan([event])
      const [callId, at] = ['call', event.at]
      for (const { id: effectId } of entry!.effects) {
        await bench.ledger.begin([effectId], { callId, at, conclusiveAt: at })
        if (state !== 'calling')
          await bench.ledger.settle([{ effectId, callId, state, at, answer: `${event.event.recipient}: on hold` }])
      }
      return event
    }

    const eventOf = (number: number, address: string, more: Parameters<typeof planned>[1] = {}): PlannedEvent =>
      planned(number, {
        event: mailEvent(number, {
          recipient: address,
          mail: {
            ...mailEvent(number).mail,
            destinations: [address, address === bob ? ann : bob],
            headers: [{ name: 'To', value: `${address}, ${address === bob ? ann : bob}` }],
          },
        }),
        decision: decision(
          [bounceEffect(number, { reason: `${address}?` }), holdEffect(address), optOutEffect(address, [7])],
          { explanation: `The address ${address} does not exist.` },
        ),
        facts: {
          ...assumedFacts,
          addressRows: [{ emailId: 1, contactId: 1, email: address, onHold: 0, resetDate: null, optedOut: false }],
        },
        ...more,
      })

    it('is found, and forgotten, beside a mail event that cannot be read, which is told of', async () => {
      for (const number of [1, 2, 3]) await plan(eventOf(number, ann), 'done')
      await bench.execute(`UPDATE mail_event SET decision = substr(decision, 1, 9) WHERE ses_message_id = '0102018f-2'`)
      const unreadable = [{ what: 'mail events, with their effects', rows: 1 }]
      const found = await exported(ann)
      expect(found.unreadable).toEqual(unreadable)
      expect(found.stored.filter(({ table }) => table === 'mail_event')).toHaveLength(2)
      expect((await forgotten(ann)).unreadable).toEqual(unreadable)
      expect((await exported(ann)).stored.filter(({ table }) => table === 'mail_event')).toEqual([])
    })

    /** Ann and Bob in every place that there is. */
    async function fill(): Promise<void> {
      await accept(1, message([ann]), 'recorded')
      await accept(2, message([bob, ann]), 'recorded')
      await accept(3, message(['Ann@EXAMPLE.org']), 'dead')
      await accept(4, message([bob]), 'recorded')
      await accept(5, message([bob, ann]), 'dead')
      await plan(eventOf(1, 'Ann@example.org'), 'done')
      await plan(eventOf(2, bob), 'done')
      await plan(eventOf(3, ann), 'uncertain')
      const [ofBob] = await bench.ledger.search({ recipient: bob, limit: 1 })
      const id = ofBob!.effects[0]!.id
      await bench.execute(`
        INSERT INTO undo (id, begun_at, asked_by, why, chosen, result)
          VALUES (901, 1, 'zoe', '${ann} wrote to us', '{"who":"${ann}"}', '{"left":["${ann}"]}');
        INSERT INTO undone_effect (effect_id, undo_id, state, at, answer) VALUES (${id}, 901, 'done', 1, 'not of ${ann}');
        INSERT INTO release (site, email_id, contact_id, address, form, dated, found_at, origin)
          VALUES ('alpha', 1, 1, '${ann}', 'reset', 1, 1, 'civicrm'), ('alpha', 2, 2, '${bob}', 'reset', 1, 1, 'civicrm');
        INSERT INTO suppression_removal (site, address, origin, asked_at, state, at)
          VALUES ('alpha', '${ann}', 'undo', 1, 'removed', 1), ('alpha', '${bob}', 'undo', 1, 'wanted', 1);
        INSERT INTO alarm (kind, subject, since, last_at, count, detail, told)
          VALUES ('fault', 'alpha', 1, 1, 1, 'about ${ann}', '{"hook":{"text":"${ann}"}}');
        INSERT INTO contact (id, site, name, is_opt_out) VALUES (901, 'alpha', 'Ann Smith', 1), (902, 'alpha', '${ann} and ${bob}', 0);
        INSERT INTO contact_email (id, contact_id, email, on_hold) VALUES (901, 901, '${ann}', 1), (902, 902, '${bob}', 0);
        INSERT INTO mailing (id, site, name, sent_at) VALUES (901, 'alpha', 'Autumn', 1);
        INSERT INTO mailing_queue (id, mailing_id, contact_id, email_id, hash) VALUES (901, 901, 901, 901, 'x');
        INSERT INTO mailing_bounce (queue_id, bounce_type, reason, bounced_at) VALUES (901, 'Invalid', '${ann}: unknown', 1);
        INSERT INTO refused_message (identity, queue, addressed, refused_at, code, reason, body)
          SELECT identity, 'queue', '', 1, 'SNS_TOPIC_NOT_ALLOWED', '', raw
          FROM notification JOIN notification_message ON notification_message.id = notification.id
          ORDER BY notification.id LIMIT 1;
        INSERT INTO confirmation (identity, state, addressed, site, topic_arn, message_id, token, received_at, attempts,
            next_attempt_at, authenticated, last_error, raw)
          SELECT identity, 'failed', '', '', '', '', '', 1, 1, 1, 0, 'for ${ann}', identity FROM notification
          ORDER BY id LIMIT 1;
      `)
    }

    it('can stand in no column that is neither looked at nor known to be harmless', async () => {
      const known = new Set([
        ...places.flatMap(({ table, columns }) => Object.keys(columns).map((column) => `${table}.${column}`)),
        ...Object.entries(harmless).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`)),
      ])
      expect((await bench.columns()).filter((column) => !known.has(column))).toEqual([])
    })

    it('is shown everything of him in every place, and nothing of others', async () => {
      await fill()
      const found = await exported(ann)
      expect(tablesOf(found)).toEqual(places.map(({ table }) => table).toSorted())
      const text = JSON.stringify(found)
      expect(text).toContain('Ann Smith')
      expect(text).toContain('Name of ann')
      expect(found.stored.filter(({ table }) => table === 'notification_message')).toHaveLength(4)
      const messages = JSON.stringify(found.stored.filter(({ table }) => table === 'notification_message'))
      expect(messages).not.toContain('bob')
    })

    it('is gone from every place after he was forgotten, whatever way one looks, and all others are there', async () => {
      await fill()
      const ofBob = await exported(bob)
      const report = await forgotten('ANN@example.org')
      expect(report.left).toEqual([])
      expect(report.changed.map(({ what }) => what).toSorted()).toEqual(
        places
          // What he has of his own there goes with his events.
          .filter(({ table }) => table !== 'effect' && table !== 'event_facts')
          .map(({ what }) => what)
          .toSorted(),
      )
      const { stored, nameless } = await exported(ann)
      expect(stored).toEqual([])
      expect(new Set(nameless.map(({ table }) => table))).toEqual(new Set(['mail_event', 'effect', 'contact_email']))
      const bytes = await bench.bytes()
      expect(
        formsOf(ann)
          .filter((form) => bytes.includes(form))
          .map(String),
      ).toEqual([])
      expect(bytes.toString('latin1')).not.toMatch(/ann@example|Ann Smith|Name of ann/i)
      // What is packed shows nothing to whoever looks at bytes.
      const events = JSON.stringify(await bench.ledger.search({ limit: 1000 }))
      expect(events).toContain(bob)
      expect(events).not.toMatch(/ann@example|Ann Smith|Name of ann/i)

      const still = await exported(bob)
      expect(tablesOf(still)).toEqual(tablesOf(ofBob))
      expect(await bench.ledger.search({ recipient: bob, limit: 9 })).toMatchObject([
        { nameless: false, event: { mail: { destinations: [bob] } } },
      ])
      expect(JSON.stringify(still)).toContain('Name of bob')
    })

    it('is recognised in what comes once more of what was forgotten, and nothing is done', async () => {
      await fill()
      const before = await bench.ledger.find([eventOf(1, ann).key, eventOf(3, ann).key])
      await forgotten(ann)
      expect(await bench.inbox.accept(notification(1, { raw: message([ann]) }))).toBe('duplicate')
      const again = await bench.ledger.plan([eventOf(1, ann), eventOf(3, ann)])
      expect(again.map(({ eventId, fresh, nameless }) => ({ eventId, fresh, nameless }))).toEqual(
        before.map((entry) => ({ eventId: entry!.eventId, fresh: false, nameless: true })),
      )
      expect(again.flatMap(({ effects }) => effects.map(({ state }) => state))).not.toContain('planned')
      expect((await exported(ann)).stored).toEqual([])
      expect((await bench.ledger.addressBounces('alpha', [ann])).get(ann)).toHaveLength(2)
    })

    it('leaves a message to several people to the others, and one to him alone to nobody', async () => {
      await fill()
      const ids = (await exported(ann)).stored
        .filter(({ table }) => table === 'notification_message')
        .map(({ row }) => Number(row['id']))
      await forgotten(ann)
      const kept = await Promise.all(ids.map(async (id) => bench.inbox.read(id)))
      expect(kept.map((one) => one !== null)).toEqual([false, true, false, true])
      const text = Buffer.from(kept[1]!.raw).toString()
      expect(text).toContain(bob)
      expect(text).not.toMatch(/ann@/i)
      // The dead letter about him alone has nothing left that could be tried again.
      expect(await bench.inbox.deadCount()).toBe(1)
    })

    it('changes nothing in a dry run, which says the same', async () => {
      await fill()
      const before = await exported(ann)
      const dry = await forgotten(ann, true)
      expect(await exported(ann)).toEqual(before)
      expect((await forgotten(ann)).changed).toEqual(dry.changed)
      expect(dry.changed).toContainEqual({ what: 'mail events, with their effects', rows: 3 })
    })

    it('may be forgotten twice, and after it was broken off', async () => {
      await fill()
      const stop = new AbortController()
      let pieces = 0
      const { read } = bench.store
      const store: PersonStore = {
        ...bench.store,
        read: async (...asked) => {
          pieces += 1
          if (pieces === 3) stop.abort()
          return read(...asked)
        },
      }
      const options = { ...walkOf(ann, stop.signal), pseudonyms: testPseudonyms(), dryRun: false }
      expect((await forget({ ...options, store })).brokenOff).toBe(true)
      expect((await exported(ann)).stored.length).toBeGreaterThan(0)
      expect((await forgotten(ann)).brokenOff).toBe(false)
      expect((await exported(ann)).stored).toEqual([])
      expect((await forgotten(ann)).changed).toEqual([])
    })

    it('stays where something is not finished, which is said, until it is', async () => {
      await accept(1, message([ann]), 'waiting')
      const event = await plan(eventOf(1, ann), 'calling')
      const report = await forgotten(ann)
      expect(report.left).toContainEqual({ what: 'messages as they came', rows: 1 })
      expect(report.left).toContainEqual({ what: 'mail events, with their effects', rows: 1 })
      expect(await bench.ledger.find([event.key])).toMatchObject([{ nameless: false }])
      const [entry] = await bench.ledger.find([event.key])
      await bench.ledger.settle(
        entry!.effects.map(({ id: effectId }) => ({ effectId, callId: 'call', state: 'done', at: 1, answer: '' })),
      )
      const [claimed] = await bench.inbox.claim({
        owner: 'two',
        site: 'alpha',
        limit: 1,
        now: receivedAt + 60_001,
        leaseUntil: receivedAt + 120_000,
      })
      await bench.inbox.settle('two', [{ id: claimed!.id, end: 'recorded', at: 1 }])
      expect((await forgotten(ann)).left).toEqual([])
      expect((await exported(ann)).stored).toEqual([])
    })

    it('takes a bounce that was set aside along: nobody can decide about it any more', async () => {
      const aside = decision([], { rule: outageRules.aside, standing: 'person' })
      await bench.ledger.plan([eventOf(1, ann, { decision: aside })])
      await forgotten(ann)
      expect(await bench.ledger.search({ standing: 'person', limit: 9 })).toEqual([])
      expect(await bench.ledger.search({ recipient: ann, limit: 9 })).toMatchObject([
        { nameless: true, decision: { rule: outageRules.dropped, standing: 'none' } },
      ])
    })

    it('is on hold and opted out as before when he is imported again', async () => {
      await fill()
      await forgotten(ann)
      await bench.contacts.addContacts([
        { name: 'Ann', emails: [ann, 'ann@example.com'] },
        { name: 'Cid', emails: ['cid@example.org'] },
      ])
      const states = await bench.contacts.list({ limit: 9 })
      expect(states.filter(({ name: one }) => one === 'Ann' || one === 'Cid')).toMatchObject([
        { name: 'Ann', optedOut: true, emails: [{ email: ann, onHold: 1 }, { onHold: 0 }] },
        { name: 'Cid', optedOut: false, emails: [{ onHold: 0 }] },
      ])
    })

    it('is told from others whose addresses look alike', async () => {
      for (const [index, address] of ['joann@example.org', 'ann@example.org.au', 'ann+x@example.org'].entries()) {
        await accept(index + 1, message([address]), 'recorded')
        await plan(eventOf(index + 1, address), 'done')
      }
      const before = await bench.ledger.search({ limit: 9 })
      expect((await exported(ann)).stored).toEqual([])
      expect((await forgotten(ann)).changed).toEqual([])
      expect(await bench.ledger.search({ limit: 9 })).toEqual(before)
    })
  })
}

/** As it may stand in bytes: letter case, base64 at each of its three beginnings, escapes, percent signs. */
function formsOf(address: string): readonly Buffer[] {
  const hex = Buffer.from(address).toString('hex')
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + address).toString('base64')
    // Without the letters at its ends that depend on what stands beside it.
    return text.slice(shift === 0 ? 0 : 4, -4)
  })
  return [
    address,
    address.toUpperCase(),
    address.replace('@', '%40'),
    address.replace('@', String.raw`\u0040`),
    address.replace('@', '='),
    hex,
    ...base64,
    ...base64.map((one) => Buffer.from(one).toString('hex')),
  ].map((text) => Buffer.from(text))
}
