import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { identityOf } from '../../database/hash.ts'
import { isNameless } from '../../privacy/nameless.ts'
import { countingReceivers } from '../../receivers/sqlite/count.ts'
import { keyParts } from '../key.ts'
import type { Ledger, PlannedEvent } from '../ledger.ts'
import { receiversBySite } from '../receivers.ts'
import type { EntryReader } from './entries.ts'
import type { ReplaceEffects } from './replaceEffects.ts'
import { packEvent, packReference } from '../packing/packedAhead.ts'
import { jsonOf, pack, packJson } from '../packing/packedJson.ts'
import { type EntryRow, wasNeverBegun } from '../rows.ts'

/**
 * ```
 *   key unknown                                  stored, effects planned      fresh
 *   known, every effect planned, other decision  decision and effects replaced
 *   known, anything further than planned         untouched
 *   known, nameless                              untouched
 * ```
 * Of several reports of one event in a call the first decides; the others are sightings of it. All answers
 * for one event are the same but for `fresh`, which only the first can be.
 */
export function planning(
  database: SqliteDatabase,
  reader: EntryReader,
  replaceEffects: ReplaceEffects,
): Ledger['plan'] {
  const insert = database.prepare(`
    INSERT INTO mail_event (key, site, ses_message_id, recipient, kind, class, standing, rule, first_seen_at,
                            decided_at, occurred_at, reference, decision, event)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?9, ?9, ?, ?, ?, ?)
  `)
  const decideAnew = database.prepare(`
    UPDATE mail_event
    SET standing = ?, rule = ?, decided_at = ?, occurred_at = ?, reference = ?, decision = ?, event = ?
    WHERE id = ?
  `)
  const keepFacts = database.prepare(`
    INSERT INTO event_facts (event_id, facts) VALUES (?, ?) ON CONFLICT (event_id) DO UPDATE SET facts = excluded.facts
  `)
  const countReceivers = countingReceivers(database)
  const sight = database.prepare('INSERT OR IGNORE INTO sighting (event_id, notification_id) VALUES (?, ?)')

  function store(planned: PlannedEvent): number {
    const { key, event, reference, decision, at } = planned
    const { lastInsertRowid } = insert.run(
      identityOf(...keyParts(key)),
      key.site,
      key.sesMessageId,
      key.recipient,
      key.kind,
      key.class,
      decision.standing,
      decision.rule,
      at,
      event.occurredAt,
      packReference(reference),
      pack('decision', decision),
      packEvent(event),
    )
    replaceEffects({ eventId: lastInsertRowid, key, seenAt: at }, [], decision.effects)
    if (planned.facts !== undefined) keepFacts.run(lastInsertRowid, pack('facts', planned.facts))
    return lastInsertRowid
  }

  function reconsider(stored: EntryRow, planned: PlannedEvent): void {
    if (isNameless(stored)) return
    const { key, event, reference, decision, at } = planned
    const json = JSON.stringify(decision)
    const isSame = json === jsonOf('decision', stored.decision, stored.eventId)
    if (isSame && planned.facts === undefined) return
    const effects = reader.effects(stored.eventId)
    if (!effects.every(({ state }) => state === 'planned')) return
    if (planned.facts !== undefined && effects.every((effect) => wasNeverBegun(effect)))
      keepFacts.run(stored.eventId, pack('facts', planned.facts))
    // Mostly it is the same, and then the ids of its effects stay as somebody may hold them.
    if (isSame) return
    // The decision goes by this report of the event, which may be in the other dialect: they are stored together.
    const { eventId, firstSeenAt } = stored
    decideAnew.run(
      decision.standing,
      decision.rule,
      at,
      event.occurredAt,
      packReference(reference),
      packJson('decision', json),
      packEvent(event),
      eventId,
    )
    replaceEffects({ eventId, key, seenAt: firstSeenAt }, effects, decision.effects)
  }

  return async function plan(events) {
    return database.commit(() => {
      const inThisCall = new Set<number>()
      const ids = events.map((planned) => {
        const stored = reader.byKey(planned.key)
        const eventId = stored?.eventId ?? store(planned)
        if (stored !== undefined && !inThisCall.has(eventId)) reconsider(stored, planned)
        inThisCall.add(eventId)
        sight.run(eventId, planned.notificationId)
        return { eventId, key: planned.key, fresh: stored === undefined }
      })
      const created = events.filter((_, index) => ids[index]?.fresh === true)
      for (const [site, counts] of receiversBySite(created)) countReceivers(site, counts)
      return ids.map(({ eventId, key, fresh }) => {
        const row = reader.byId(eventId)
        if (row === undefined) throw new Error('an event that was just planned is not there')
        return reader.entry(row, key, fresh)
      })
    })
  }
}
