import { hex } from '../../database/hash.ts'
import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { DeltaCounts } from '../../database/postgres/deltaCounts.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import type { Ledger, LedgerEntry, PlannedEvent } from '../ledger.ts'
import { receiversBySite } from '../receivers.ts'
import { packEvent, packReference } from '../packing/packedAhead.ts'
import { type Packed, jsonOf, pack } from '../packing/packedJson.ts'
import { type EntryRow, wasNeverBegun } from '../rows.ts'
import { isNameless } from '../../privacy/nameless.ts'
import type { KnownPseudonyms } from '../../privacy/pseudonyms.ts'
import { countReceivers } from '../../receivers/postgres/count.ts'
import { keepNamed } from './nameless.ts'
import { type StoredKey, effectsOf, entriesByKey, entryOf, storedKey } from './entries.ts'
import { type Replacement, replaceEffects } from './replaceEffects.ts'
import { entryColumns } from './rows.ts'

/** A report with the key that it is stored by. */
interface Report {
  readonly planned: PlannedEvent
  readonly key: StoredKey
}

/**
 * ```
 *   key unknown                                  stored, effects planned      fresh
 *   known, every effect planned, other decision  decision and effects replaced
 *   known, anything further than planned         untouched
 *   known, nameless                              untouched
 * ```
 * Of several reports of one event in a call the first decides; the others are sightings of it. All answers
 * for one event are the same but for `fresh`, which only the first can be.
 *
 * A batch takes a handful of statements, however many events it has: each is a trip to the server.
 */
export function planning(database: PostgresDatabase, counts: DeltaCounts, pseudonyms: KnownPseudonyms): Ledger['plan'] {
  return async function plan(events) {
    if (events.length === 0) return []
    const known = pseudonyms()
    const reports = events.map((planned) => ({ planned, key: storedKey(planned.key, known) }))
    const entries = await database.transaction(async (queries) => {
      if (known !== null) await keepNamed(queries)
      return planBatch(queries, reports)
    })
    counts.written()
    return entries
  }
}

async function planBatch(queries: Queries, reports: readonly Report[]): Promise<readonly LedgerEntry[]> {
  const firsts = firstOfEach(reports)
  const created = await insertUnknown(queries, firsts)
  await keepFacts(
    queries,
    firsts.flatMap(({ planned, key }) => factsOf(planned, created.get(key.text))),
  )
  const unknown = firsts.filter(({ key }) => created.has(key.text)).map(({ planned }) => planned)
  for (const [site, counts] of receiversBySite(unknown)) await countReceivers(queries, site, counts)
  const known = firsts.filter(({ key }) => !created.has(key.text))
  await replaceEffects(queries, [
    ...firsts.flatMap(({ planned, key }) => ofCreated(planned, created.get(key.text))),
    ...(await reconsider(queries, known)),
  ])
  const rows = await entriesByKey(
    queries,
    firsts.map(({ key }) => key),
  )
  const rowOf = ({ key }: Report): EntryRow => {
    const row = rows.get(key.text)
    if (row === undefined) throw new Error('an event that was just planned is not there')
    return row
  }
  await noteSightings(
    queries,
    reports.map((report) => [rowOf(report).eventId, report.planned.notificationId]),
  )
  const effects = await effectsOf(
    queries,
    [...rows.values()].map(({ eventId }) => eventId),
  )
  const freshReports = new Set(firsts.filter(({ key }) => created.has(key.text)))
  return reports.map((report) =>
    entryOf(rowOf(report), effects, { key: report.planned.key, fresh: freshReports.has(report) }),
  )
}

/** The first report of each event, in their order. */
function firstOfEach(reports: readonly Report[]): readonly Report[] {
  const firsts = new Map<string, Report>()
  for (const report of reports) if (!firsts.has(report.key.text)) firsts.set(report.key.text, report)
  return [...firsts.values()]
}

/**
 * Ids follow the order of the call, as lists do; rows are inserted in the order of their keys, so that two
 * instances with the same events wait for each other in one direction only.
 */
const insertEvents = `
  WITH report AS MATERIALIZED (
    SELECT nextval('mail_event_id_seq') AS id, * FROM unnest(
      $1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
      $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[]
    ) WITH ORDINALITY AS t (key, site, ses_message_id, recipient, kind, class, standing, rule, at, occurred_at, reference,
      decision, event, nameless_key, place)
    WHERE NOT EXISTS (SELECT 1 FROM mail_event WHERE mail_event.key = nameless_key)
    ORDER BY place
  )
  INSERT INTO mail_event (id, key, site, ses_message_id, recipient, kind, class, standing, rule, first_seen_at,
    decided_at, occurred_at, reference, decision, event)
  SELECT id, key, site, ses_message_id, recipient, kind, class, standing, rule, at, at, occurred_at, reference, decision,
    event
  FROM report ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING id, key`

/** @returns the ids of those that were unknown, by the text of their keys */
async function insertUnknown(queries: Queries, reports: readonly Report[]): Promise<ReadonlyMap<string, number>> {
  const each = <Value>(of: (planned: PlannedEvent) => Value): readonly Value[] =>
    reports.map(({ planned }) => of(planned))
  const rows = await queries.query<{ readonly id: number; readonly key: Uint8Array }>(insertEvents, [
    reports.map(({ key }) => key.bytes),
    each(({ key }) => key.site),
    each(({ key }) => key.sesMessageId),
    each(({ key }) => key.recipient),
    each(({ key }) => key.kind),
    each(({ key }) => key.class),
    each(({ decision }) => decision.standing),
    each(({ decision }) => decision.rule),
    each(({ at }) => at),
    each(({ event }) => event.occurredAt),
    each(({ reference }) => packReference(reference)),
    each(({ decision }) => pack('decision', decision)),
    each(({ event }) => packEvent(event)),
    reports.map(({ key }) => key.nameless),
  ])
  return new Map(rows.map(({ id, key }) => [hex(key), id]))
}

/** An event with the facts that are to be stored of it. */
type EventFacts = readonly [eventId: number, facts: Packed<'facts'>]

function factsOf({ facts }: PlannedEvent, eventId: number | undefined): readonly EventFacts[] {
  return facts === undefined || eventId === undefined ? [] : [[eventId, pack('facts', facts)]]
}

async function keepFacts(queries: Queries, facts: readonly EventFacts[]): Promise<void> {
  if (facts.length === 0) return
  await queries.run(
    `INSERT INTO event_facts (event_id, facts) SELECT * FROM unnest($1::bigint[], $2::bytea[]) AS t (event_id, facts)
     ORDER BY event_id
     ON CONFLICT (event_id) DO UPDATE SET facts = excluded.facts`,
    [facts.map(([eventId]) => eventId), facts.map(([, packed]) => packed)],
  )
}

function ofCreated({ key, at, decision }: PlannedEvent, eventId: number | undefined): readonly Replacement[] {
  return eventId === undefined ? [] : [{ eventId, key, seenAt: at, stored: [], effects: decision.effects }]
}

/** Gives known events the new decision where nothing of the stored one was begun. */
async function reconsider(queries: Queries, reports: readonly Report[]): Promise<readonly Replacement[]> {
  const rows = await entriesByKey(
    queries,
    reports.map(({ key }) => key),
  )
  const changed = reports.flatMap(({ planned, key }) => {
    const row = rows.get(key.text)
    if (row === undefined || isNameless(row)) return []
    const isSame = jsonOf('decision', row.decision, row.eventId) === JSON.stringify(planned.decision)
    return isSame && planned.facts === undefined ? [] : [{ planned, id: row.eventId, isSame }]
  })
  if (changed.length === 0) return []
  const ids = changed.map(({ id }) => id)
  // Another instance may be at the same: first the events, then their effects, each in the order of ids.
  const locked = await queries.query<EntryRow>(
    `SELECT ${entryColumns} FROM mail_event WHERE id = ANY ($1::bigint[]) ORDER BY mail_event.id FOR UPDATE`,
    [ids],
  )
  const effects = await effectsOf(queries, ids, 'update')
  const seen = new Map(locked.map(({ eventId, firstSeenAt }) => [eventId, firstSeenAt]))
  const untouched = changed.filter(
    ({ id }) => seen.has(id) && (effects.get(id) ?? []).every(({ state }) => state === 'planned'),
  )
  await keepFacts(
    queries,
    untouched.flatMap(({ planned, id }) =>
      (effects.get(id) ?? []).every((effect) => wasNeverBegun(effect)) ? factsOf(planned, id) : [],
    ),
  )
  // Mostly it is the same, and then the ids of its effects stay as somebody may hold them.
  const open = untouched.filter(({ isSame }) => !isSame)
  await decideAnew(queries, open)
  return open.map(({ planned, id }) => ({
    eventId: id,
    key: planned.key,
    seenAt: seen.get(id) ?? planned.at,
    stored: effects.get(id) ?? [],
    effects: planned.decision.effects,
  }))
}

/** The decision goes by this report of the event, which may be in the other dialect: they are stored together. */
async function decideAnew(
  queries: Queries,
  open: readonly { readonly planned: PlannedEvent; readonly id: number }[],
): Promise<void> {
  if (open.length === 0) return
  const each = <Value>(of: (planned: PlannedEvent) => Value): readonly Value[] => open.map(({ planned }) => of(planned))
  await queries.run(
    `UPDATE mail_event
     SET standing = t.standing, rule = t.rule, decided_at = t.at, occurred_at = t.occurred_at, reference = t.reference,
       decision = t.decision, event = t.event
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[])
       AS t (id, standing, rule, at, occurred_at, reference, decision, event)
     WHERE mail_event.id = t.id`,
    [
      open.map(({ id }) => id),
      each(({ decision }) => decision.standing),
      each(({ decision }) => decision.rule),
      each(({ at }) => at),
      each(({ event }) => event.occurredAt),
      each(({ reference }) => packReference(reference)),
      each(({ decision }) => pack('decision', decision)),
      each(({ event }) => packEvent(event)),
    ],
  )
}

async function noteSightings(queries: Queries, sightings: readonly (readonly [number, number])[]): Promise<void> {
  await queries.run(
    `INSERT INTO sighting (event_id, notification_id)
     SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS t (event_id, notification_id) ORDER BY 1, 2
     ON CONFLICT DO NOTHING`,
    [sightings.map(([eventId]) => eventId), sightings.map(([, notificationId]) => notificationId)],
  )
}
