import { isNamelessSql } from '../../ledger/rows.ts'
import type { RetentionKind } from '../kinds.ts'
import { setAsideList, unfinishedList } from '../unfinished.ts'

const isSetAside = `(standing = 'person' AND rule IN (${setAsideList}))`

function hasUnfinished(eventId: string): string {
  return `EXISTS (
    SELECT 1 FROM effect INDEXED BY effect_event WHERE event_id = ${eventId} AND state IN (${unfinishedList}))`
}

/** Whether a person is asked about an event of the notification: for his answer it must come through again. */
function isAsked(notificationId: string): string {
  return `EXISTS (
    SELECT 1 FROM sighting INDEXED BY sighting_notification JOIN mail_event ON mail_event.id = sighting.event_id
    WHERE notification_id = ${notificationId} AND ${isSetAside})`
}

function ofEvents(isDue: string): string {
  return `
    SELECT first_seen_at AS at, id, ${isDue} AS isDue
    FROM mail_event INDEXED BY mail_event_seen
    WHERE (first_seen_at, id) > (?1, ?2) AND first_seen_at < ?3 ORDER BY first_seen_at, id LIMIT ?4`
}

/**
 * Reads `at`, `id` and `isDue` of the rows behind (?1, ?2), oldest first, ?4 of them; ?3 is the moment before which
 * they are due. Ids follow the order of arrival, so where there is no index by time they take its place; then rows
 * that are too young come too, and say so.
 */
export const looks: Readonly<Record<RetentionKind, string>> = {
  rawMessages: `
    SELECT n.received_at AS at, n.id, n.state = 'recorded' AND n.settled_at < ?3 AND NOT ${isAsked('n.id')} AS isDue
    FROM notification_message m CROSS JOIN notification n ON n.id = m.id
    WHERE m.id > ?2 AND ?1 < ?3 ORDER BY m.id LIMIT ?4`,
  refusedMessages: `
    SELECT refused_at AS at, id, refused_at < ?3 AS isDue FROM refused_message
    WHERE id > ?2 AND ?1 < ?3 ORDER BY id LIMIT ?4`,
  opensAndClicks: ofEvents(
    `kind IN ('open', 'click') AND NOT ${isNamelessSql} AND NOT ${hasUnfinished('mail_event.id')}`,
  ),
  facts: `
    SELECT e.first_seen_at AS at, e.id, e.first_seen_at < ?3 AND NOT ${hasUnfinished('e.id')} AS isDue
    FROM event_facts f CROSS JOIN mail_event e ON e.id = f.event_id
    WHERE f.event_id > ?2 AND ?1 < ?3 ORDER BY f.event_id LIMIT ?4`,
  addresses: ofEvents(`NOT ${isNamelessSql} AND NOT ${isSetAside} AND NOT ${hasUnfinished('mail_event.id')}`),
  releases: `
    SELECT found_at AS at, id, 1 AS isDue FROM release INDEXED BY release_found
    WHERE (found_at, id) > (?1, ?2) AND found_at < ?3 ORDER BY found_at, id LIMIT ?4`,
  messageKeys: `
    SELECT received_at AS at, id, state = 'recorded' AND settled_at < ?3 AND NOT ${isAsked('notification.id')} AS isDue
    FROM notification WHERE id > ?2 AND ?1 < ?3 ORDER BY id LIMIT ?4`,
  ledger: ofEvents(`NOT ${isSetAside} AND NOT ${hasUnfinished('mail_event.id')}`),
  undos: `
    SELECT begun_at AS at, id,
      begun_at < ?3 AND NOT EXISTS (SELECT 1 FROM undone_effect WHERE undo_id = undo.id) AS isDue
    FROM undo WHERE id > ?2 AND ?1 < ?3 ORDER BY id LIMIT ?4`,
}

/** Removes those of the ids ?2 that are due before ?1; null: they become nameless. */
export const removals: Readonly<Record<RetentionKind, string | null>> = {
  rawMessages: `
    DELETE FROM notification_message WHERE id IN (
      SELECT id FROM notification n
      WHERE id IN (SELECT value FROM json_each(?2)) AND state = 'recorded' AND settled_at < ?1 AND NOT ${isAsked('n.id')})`,
  refusedMessages: 'DELETE FROM refused_message WHERE id IN (SELECT value FROM json_each(?2)) AND refused_at < ?1',
  opensAndClicks: null,
  facts: `
    DELETE FROM event_facts WHERE event_id IN (
      SELECT id FROM mail_event
      WHERE id IN (SELECT value FROM json_each(?2)) AND first_seen_at < ?1 AND NOT ${hasUnfinished('mail_event.id')})`,
  addresses: null,
  releases: 'DELETE FROM release WHERE id IN (SELECT value FROM json_each(?2)) AND found_at < ?1',
  messageKeys: `
    DELETE FROM notification
    WHERE id IN (SELECT value FROM json_each(?2)) AND state = 'recorded' AND settled_at < ?1
      AND NOT ${isAsked('notification.id')}`,
  ledger: `
    DELETE FROM mail_event
    WHERE id IN (SELECT value FROM json_each(?2)) AND first_seen_at < ?1 AND NOT ${isSetAside}
      AND NOT ${hasUnfinished('mail_event.id')}`,
  undos: `
    DELETE FROM undo
    WHERE id IN (SELECT value FROM json_each(?2)) AND begun_at < ?1
      AND NOT EXISTS (SELECT 1 FROM undone_effect WHERE undo_id = undo.id)`,
}
