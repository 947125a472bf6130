import { isNamelessSql } from '../../ledger/rows.ts'
import type { RetentionKind } from '../kinds.ts'
import { setAsideList, unfinishedList } from '../unfinished.ts'

const isSetAside = `(standing = 'person' AND rule IN (${setAsideList}))`

function hasUnfinished(eventId: string): string {
  return `EXISTS (SELECT 1 FROM effect WHERE event_id = ${eventId} AND effect.state IN (${unfinishedList}))`
}

/** Whether a person is asked about an event of the notification: for his answer it must come through again. */
function isAsked(notificationId: string): string {
  return `EXISTS (
    SELECT 1 FROM sighting JOIN mail_event ON mail_event.id = sighting.event_id
    WHERE notification_id = ${notificationId} AND ${isSetAside})`
}

/** Rows behind the mark; $1 is the time of it, which only those with an index by time need. */
const byId = (table: string): string => `WHERE ${table} > $2 AND $1::bigint < $3 ORDER BY ${table} LIMIT $4`

function ofEvents(isDue: string): string {
  return `
    SELECT first_seen_at AS at, mail_event.id, ${isDue} AS "isDue" FROM mail_event
    WHERE (first_seen_at, mail_event.id) > ($1, $2) AND first_seen_at < $3
    ORDER BY first_seen_at, mail_event.id LIMIT $4`
}

/**
 * Reads `at`, `id` and `isDue` of the rows behind ($1, $2), oldest first, $4 of them; $3 is the moment before which
 * they are due. Ids follow the order of arrival, so where there is no index by time they take its place; then rows
 * that are too young come too, and say so.
 */
export const looks: Readonly<Record<RetentionKind, string>> = {
  rawMessages: `
    SELECT n.received_at AS at, n.id,
      n.state = 'recorded' AND coalesce(n.settled_at, $3) < $3 AND NOT ${isAsked('n.id')} AS "isDue"
    FROM notification_message m JOIN notification n ON n.id = m.id ${byId('m.id')}`,
  refusedMessages: `
    SELECT refused_at AS at, id, refused_at < $3 AS "isDue" FROM refused_message r ${byId('r.id')}`,
  opensAndClicks: ofEvents(
    `kind IN ('open', 'click') AND NOT ${isNamelessSql} AND NOT ${hasUnfinished('mail_event.id')}`,
  ),
  facts: `
    SELECT e.first_seen_at AS at, e.id, e.first_seen_at < $3 AND NOT ${hasUnfinished('e.id')} AS "isDue"
    FROM event_facts f JOIN mail_event e ON e.id = f.event_id ${byId('f.event_id')}`,
  addresses: ofEvents(`NOT ${isNamelessSql} AND NOT ${isSetAside} AND NOT ${hasUnfinished('mail_event.id')}`),
  releases: `
    SELECT found_at AS at, id, true AS "isDue" FROM release
    WHERE (found_at, id) > ($1, $2) AND found_at < $3 ORDER BY found_at, id LIMIT $4`,
  messageKeys: `
    SELECT n.received_at AS at, n.id,
      n.state = 'recorded' AND coalesce(n.settled_at, $3) < $3 AND NOT ${isAsked('n.id')} AS "isDue"
    FROM notification n ${byId('n.id')}`,
  ledger: ofEvents(`NOT ${isSetAside} AND NOT ${hasUnfinished('mail_event.id')}`),
  undos: `
    SELECT begun_at AS at, id,
      begun_at < $3 AND NOT EXISTS (SELECT 1 FROM undone_effect WHERE undo_id = undo.id) AS "isDue"
    FROM undo ${byId('undo.id')}`,
}

/**
 * Locks those of the ids $2 that are due before $1, so that nobody takes them up meanwhile, and those that somebody
 * has taken up are left; null: removing them locks them as much.
 */
export const locks: Readonly<Record<RetentionKind, string | null>> = {
  rawMessages: lockNotifications(),
  refusedMessages: null,
  opensAndClicks: null,
  facts: lockEvents(),
  addresses: null,
  releases: null,
  messageKeys: lockNotifications(),
  ledger: lockEvents(),
  undos: 'SELECT id FROM undo WHERE begun_at < $1 AND id = ANY ($2::bigint[]) FOR UPDATE SKIP LOCKED',
}

/** Removes those of the ids $2, which are locked and seen to be due before $1; null: they become nameless. */
export const removals: Readonly<Record<RetentionKind, string | null>> = {
  rawMessages: `
    DELETE FROM notification_message WHERE id IN (
      SELECT id FROM notification n
      WHERE id = ANY ($2::bigint[]) AND state = 'recorded' AND settled_at < $1 AND NOT ${isAsked('n.id')})`,
  refusedMessages: 'DELETE FROM refused_message WHERE id = ANY ($2::bigint[]) AND refused_at < $1',
  opensAndClicks: null,
  facts: `
    DELETE FROM event_facts WHERE event_id IN (
      SELECT id FROM mail_event
      WHERE id = ANY ($2::bigint[]) AND first_seen_at < $1 AND NOT ${hasUnfinished('mail_event.id')})`,
  addresses: null,
  releases: 'DELETE FROM release WHERE id = ANY ($2::bigint[]) AND found_at < $1',
  messageKeys: `
    DELETE FROM notification n
    WHERE id = ANY ($2::bigint[]) AND state = 'recorded' AND settled_at < $1 AND NOT ${isAsked('n.id')}`,
  ledger: `
    DELETE FROM mail_event
    WHERE id = ANY ($2::bigint[]) AND first_seen_at < $1 AND NOT ${isSetAside} AND NOT ${hasUnfinished('mail_event.id')}`,
  undos: `
    DELETE FROM undo
    WHERE id = ANY ($2::bigint[]) AND begun_at < $1
      AND NOT EXISTS (SELECT 1 FROM undone_effect WHERE undo_id = undo.id)`,
}

function lockNotifications(): string {
  return `
    SELECT id FROM notification WHERE id = ANY ($2::bigint[]) AND state = 'recorded' AND settled_at < $1
    ORDER BY id FOR UPDATE SKIP LOCKED`
}

function lockEvents(): string {
  return `
    SELECT id FROM mail_event WHERE id = ANY ($2::bigint[]) AND first_seen_at < $1
    ORDER BY id FOR UPDATE SKIP LOCKED`
}
