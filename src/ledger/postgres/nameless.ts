import type { Effect } from '../../civimail/decision.ts'
import { sorted } from '../../database/postgres/lockOrder.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import {
  namelessClass,
  namelessDecision,
  namelessEffect,
  namelessEvent,
  namelessReference,
} from '../../privacy/nameless.ts'
import { withoutAddresses } from '../../privacy/freeText.ts'
import type { Pseudonyms } from '../../privacy/pseudonyms.ts'
import { keyParts } from '../key.ts'
import type { EffectState } from '../ledger.ts'
import { type EventRow, fromJson, isNamelessSql, type Json, keyOf, referenceOf } from '../rows.ts'
import { packReference } from '../packing/packedAhead.ts'
import { pack, unpack } from '../packing/packedJson.ts'

const lock = `hashtext('civicrm-ses nameless'), hashtext(current_schema()::text)`

/**
 * Until the transaction ends no event becomes nameless. Its key changes then, so a statement that finds neither the
 * one nor the other, since they were exchanged while it looked, would store the event a second time.
 */
export async function keepNamed(queries: Queries): Promise<void> {
  await queries.query(`SELECT pg_advisory_xact_lock_shared(${lock})`)
}

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
export async function makeNameless(
  queries: Queries,
  eventIds: readonly number[],
  { leaving, pseudonyms }: { readonly leaving: readonly EffectState[]; readonly pseudonyms: Pseudonyms },
): Promise<readonly number[]> {
  if (eventIds.length === 0) return []
  await queries.query(`SELECT pg_advisory_xact_lock(${lock})`)
  // Locked before their effects are looked at: an effect changes only after its event was met.
  await queries.query('SELECT 1 FROM mail_event WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [
    sorted(eventIds),
  ])
  await queries.query('SELECT 1 FROM effect WHERE event_id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE', [eventIds])
  const rows = await queries.query<Row>(
    `SELECT id AS "eventId", site, ses_message_id AS "sesMessageId", recipient, kind, class, reference, decision, event
     FROM mail_event
     WHERE id = ANY ($1::bigint[]) AND NOT ${isNamelessSql} AND NOT EXISTS (
       SELECT 1 FROM effect WHERE event_id = mail_event.id AND state = ANY ($2::text[]))
     ORDER BY id`,
    [eventIds, leaving],
  )
  const ids = rows.map(({ eventId }) => eventId)
  if (ids.length === 0) return []
  await writeEvents(queries, rows, pseudonyms)
  await writeEffects(queries, ids, pseudonyms)
  await writeUndone(queries, ids)
  await queries.run('DELETE FROM event_facts WHERE event_id = ANY ($1::bigint[])', [ids])
  return ids
}

async function writeEvents(queries: Queries, rows: readonly Row[], pseudonyms: Pseudonyms): Promise<void> {
  const decisions = rows.map(({ decision, eventId }) =>
    namelessDecision(unpack('decision', decision, eventId), pseudonyms),
  )
  await queries.run(
    `UPDATE mail_event
     SET key = t.key, recipient = t.recipient, class = t.class, reference = t.reference, decision = t.decision,
       event = t.event, standing = t.standing, rule = t.rule
     FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[],
       $9::text[]) AS t (id, key, recipient, class, reference, decision, event, standing, rule)
     WHERE mail_event.id = t.id`,
    [
      rows.map(({ eventId }) => eventId),
      rows.map((row) => pseudonyms.eventKey(keyParts(keyOf(row)))),
      rows.map(({ recipient }) => pseudonyms.of(recipient)),
      rows.map(namelessClass),
      rows.map((row) => {
        const reference = referenceOf(row)
        return packReference(reference === null ? null : namelessReference(reference))
      }),
      decisions.map((decision) => pack('decision', decision)),
      rows.map(({ event, eventId, recipient }) =>
        pack('event', namelessEvent(unpack('event', event, eventId), pseudonyms.of(recipient))),
      ),
      decisions.map(({ standing }) => standing),
      decisions.map(({ rule }) => rule),
    ],
  )
}

async function writeEffects(queries: Queries, eventIds: readonly number[], pseudonyms: Pseudonyms): Promise<void> {
  const effects = await queries.query<EffectRow>(
    'SELECT id, marker, address, answer, effect FROM effect WHERE event_id = ANY ($1::bigint[]) ORDER BY id',
    [eventIds],
  )
  if (effects.length === 0) return
  await queries.run(
    `UPDATE effect SET marker = t.marker, address = t.address, answer = t.answer, effect = t.effect
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t (id, marker, address, answer, effect)
     WHERE effect.id = t.id`,
    [
      effects.map(({ id }) => id),
      effects.map(({ marker }) => pseudonyms.marker(marker)),
      effects.map(({ address }) => (address === null ? null : pseudonyms.of(address))),
      effects.map(({ answer }) => (answer === null ? null : withoutAddresses(answer))),
      effects.map(({ effect }) => JSON.stringify(namelessEffect(fromJson(effect), pseudonyms))),
    ],
  )
}

async function writeUndone(queries: Queries, eventIds: readonly number[]): Promise<void> {
  const undone = await queries.query<{ readonly id: number; readonly answer: string }>(
    `SELECT effect_id AS id, answer FROM undone_effect
     WHERE answer IS NOT NULL AND effect_id IN (SELECT id FROM effect WHERE event_id = ANY ($1::bigint[]))`,
    [eventIds],
  )
  if (undone.length === 0) return
  await queries.run(
    `UPDATE undone_effect SET answer = t.answer FROM unnest($1::bigint[], $2::text[]) AS t (id, answer)
     WHERE effect_id = t.id`,
    [undone.map(({ id }) => id), undone.map(({ answer }) => withoutAddresses(answer))],
  )
}
