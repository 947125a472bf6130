import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { correlate } from '../../src/civimail/correlate.ts'
import { assumedFacts } from '../../src/civimail/crmFacts.ts'
import { decide } from '../../src/civimail/decide.ts'
import { siteRules } from '../../src/civimail/siteRules.ts'
import { openStore } from '../../src/compose/openStore.ts'
import type { Store } from '../../src/compose/store.ts'
import { parseEnvelope } from '../../src/ingest/sns/envelope.ts'
import { eventKey } from '../../src/ledger/key.ts'
import { effectMarker } from '../../src/ledger/marker.ts'
import { interpret } from '../../src/ses/interpret.ts'
import type { MailEvent } from '../../src/ses/mailEvent.ts'
import type { Site } from '../../src/settings/site.ts'
import { fill } from './fill.ts'

const until = Date.UTC(2026, 5, 2)
const counts = { events: 450, waiting: 30, raw: 350 }

/** What the gateway's own functions say of a store that was filled, on each engine. */
export function describeFill(engine: string, databaseUrl: () => Promise<string | null>): void {
  describe(`a filled store in ${engine}`, () => {
    let folder: string
    let store: Store
    let site: Site
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-test-'))
      const url = await databaseUrl()
      const options = {
        folder,
        databaseUrl: url,
        ...counts,
        contacts: true,
        siteId: 'main',
        until,
        days: 10,
        seed: '7',
      }
      await fill(options)
      // The second time behind the first.
      await fill({ ...options, events: 50, waiting: 0, raw: null })
      const clock = { now: () => until }
      store = await openStore({ folder, databaseUrl: url, keyFile: null, clock, access: 'own', requireDurable: false })
      const saved = store.settings.site('main')
      if (saved === null) throw new Error('the site is not there')
      site = saved
    })
    afterAll(async () => {
      await store.close()
      await rm(folder, { recursive: true })
    })

    it('has every event that was asked for, each recorded from a notification of its own', async () => {
      const all = await store.ledger.search({ limit: 5000 })
      expect(all).toHaveLength(500)
      expect(new Set(all.flatMap(({ notificationIds }) => notificationIds)).size).toBe(500)
      expect(await store.inbox.backlog()).toMatchObject([{ site: 'main', waiting: 30 }])
      expect(all.every(({ firstSeenAt }) => firstSeenAt > until - 10 * 86_400_000 && firstSeenAt <= until)).toBe(true)
    })

    it('has messages in which the gateway reads those very events, by the keys that it stored them under', async () => {
      const kinds = new Set<string>()
      let read = 0
      const all = await store.ledger.search({ limit: 5000 })
      const found = await store.ledger.find(all.map(({ key }) => key))
      expect(found.map((entry) => entry?.eventId)).toEqual(all.map(({ eventId }) => eventId))
      for (const stored of all) {
        const event = await eventIn(store, stored.notificationIds[0] ?? 0)
        if (event === null) continue
        read += 1
        kinds.add(event.kind)
        expect(stored.event).toEqual(event)
        expect(eventKey('main', event)).toEqual(stored.key)
        expect(stored.reference).toEqual(correlate(event, siteRules(site)).reference)
        for (const { effect, marker } of stored.effects) expect(marker).toBe(effectMarker(stored.key, effect))
      }
      expect(read).toBe(400)
      expect([...kinds].toSorted()).toEqual(['bounce', 'click', 'complaint', 'delivery', 'deliveryDelay', 'open'])
    })

    it('has the decisions that the rules make of what was known', async () => {
      const { events } = await store.history.byTime({}, null)
      expect(events.length).toBeGreaterThan(200)
      for (const { event, facts, decision } of events) {
        const rules = siteRules(site)
        expect(decide(event, correlate(event, rules), facts ?? assumedFacts, rules)).toEqual(decision)
      }
    })

    it('knows a message that comes once more', async () => {
      const stored = await store.inbox.read(450)
      if (stored === null) throw new Error('it kept its message')
      expect(await store.inbox.accept({ ...stored, channel: 'https' })).toBe('duplicate')
    })

    it('has those whom it put on hold on hold, and those who complained opted out', async () => {
      const bounced = (await store.ledger.search({ limit: 5000 })).filter(
        ({ decision }) => decision.rule === 'bounce-permanent' || decision.rule === 'complaint',
      )
      const contacts = await store.contacts('main').list({ limit: 5000 })
      const stateOf = new Map(contacts.map((contact) => [contact.emails[0]?.email, contact]))
      for (const { key } of bounced) {
        const contact = stateOf.get(key.recipient)
        expect(contact?.emails[0]?.onHold === 1 || contact?.optedOut).toBe(true)
        expect(contact?.emails[0]?.bounces).toHaveLength(1)
      }
      expect(bounced.length).toBeGreaterThan(30)
    })

    it('gives out ids that nobody had', async () => {
      const template = await store.inbox.read(450)
      if (template === null) throw new Error('it kept its message')
      expect(await store.inbox.accept({ ...template, messageId: 'a new one' })).toBe('stored')
      const claimed = await store.inbox.claim({
        owner: 'test',
        site: 'main',
        limit: 100,
        now: until,
        leaseUntil: until + 1,
      })
      expect(claimed.at(-1)?.id).toBeGreaterThan(530)
    })
  })
}

async function eventIn(store: Store, notificationId: number): Promise<MailEvent | null> {
  const notification = await store.inbox.read(notificationId)
  if (notification === null) return null
  const parsed = parseEnvelope(notification.raw)
  if (!parsed.ok) throw new Error(parsed.reason)
  const interpretation = interpret(parsed.envelope.message, parsed.envelope.timestamp)
  if (interpretation.form !== 'events') throw new Error(interpretation.notice)
  return interpretation.events[0] ?? null
}
