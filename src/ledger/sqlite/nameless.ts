import type { Effect } from '../../civimail/decision.ts'
import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import {
  namelessClass,
  namelessDecision,
  namelessEffect,
  namelessEvent,
  namelessReference,
} from '../../privacy/nameless.ts'
import type { Pseudonyms } from '../../privacy/pseudonyms.ts'
import { withoutAddresses } from '../../privacy/freeText.ts'
import { keyParts } from '../key.ts'
import type { EffectState } from '../ledger.ts'
import { type EventRow, fromJson, isNamelessSql, type Json, keyOf, referenceOf } from '../rows.ts'
import { packReference } from '../packing/packedAhead.ts'
import { pack, unpack } from '../packing/packedJson.ts'

type Row = Omit<EventRow, 'firstSeenAt'>

interface EffectRow {
  readonly id: number
  readonly marker: string
  readonly address: string | null
  readonly answer: string | null
  readonly effect: Json<Effect>
}

/**
 * Within a transaction: takes from events and their effects what says whose they are, and forgets the facts before
 * the decision. Those with an effect in one of the states `leaving` stay as they are, as do those that are nameless.
 * @returns the ids of those that became nameless
 */
export type MakeNameless = (
  eventIds: readonly number[],
  leaving: readonly EffectState[],
  pseudonyms: Pseudonyms,
) => readonly number[]

export function makingNameless(database: SqliteDatabase): MakeNameless {
  const chosen = database.prepare<Row>(`
    SELECT id AS eventId, site, ses_message_id AS sesMessageId, recipient, kind, class, reference, decision, event
    FROM mail_event
    WHERE id IN (SELECT value FROM json_each(?)) AND NOT ${isNamelessSql} AND NOT EXISTS (
      SELECT 1 FROM effect INDEXED BY effect_event
      WHERE event_id = mail_event.id AND state IN (SELECT value FROM json_each(?)))
  `)
  const effects = database.prepare<EffectRow>(`
    SELECT id, marker, address, answer, effect FROM effect WHERE event_id = ?
  `)
  const writeEvent = database.prepare(`
    UPDATE mail_event SET key = ?, recipient = ?, class = ?, standing = ?, rule = ?, reference = ?, decision = ?, event = ?
    WHERE id = ?
  `)
  const writeEffect = database.prepare('UPDATE effect SET marker = ?, address = ?, answer = ?, effect = ? WHERE id = ?')
  const forgetFacts = database.prepare('DELETE FROM event_facts WHERE event_id = ?')
  const undone = database.prepare<{ readonly id: number; readonly answer: string }>(`
    SELECT effect_id AS id, answer FROM undone_effect
    WHERE answer IS NOT NULL AND effect_id IN (SELECT id FROM effect WHERE event_id = ?)
  `)
  const writeUndone = database.prepare('UPDATE undone_effect SET answer = ? WHERE effect_id = ?')

  return function makeNameless(eventIds, leaving, pseudonyms) {
    const rows = chosen.all(JSON.stringify(eventIds), JSON.stringify(leaving))
    for (const row of rows) {
      const { eventId, recipient } = row
      const pseudonym = pseudonyms.of(recipient)
      const decision = namelessDecision(unpack('decision', row.decision, eventId), pseudonyms)
      const reference = referenceOf(row)
      writeEvent.run(
        pseudonyms.eventKey(keyParts(keyOf(row))),
        pseudonym,
        namelessClass(row),
        decision.standing,
        decision.rule,
        packReference(reference === null ? null : namelessReference(reference)),
        pack('decision', decision),
        pack('event', namelessEvent(unpack('event', row.event, eventId), pseudonym)),
        eventId,
      )
      for (const { id, marker, address, answer, effect } of effects.all(eventId))
        writeEffect.run(
          pseudonyms.marker(marker),
          address === null ? null : pseudonyms.of(address),
          answer === null ? null : withoutAddresses(answer),
          JSON.stringify(namelessEffect(fromJson(effect), pseudonyms)),
          id,
        )
      for (const { id, answer } of undone.all(eventId)) writeUndone.run(withoutAddresses(answer), id)
      forgetFacts.run(eventId)
    }
    return rows.map(({ eventId }) => eventId)
  }
}
