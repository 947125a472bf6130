import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { makingNameless } from '../../ledger/sqlite/nameless.ts'
import { isPseudonymSql } from '../../privacy/pseudonyms.ts'
import type { Place } from '../places.ts'
import type { PersonStore, Row } from '../personStore.ts'

export function sqlitePersonStore(database: SqliteDatabase): PersonStore {
  const makeNameless = makingNameless(database)

  return {
    read: async (place, after, limit) =>
      database.read(() => {
        const names = place.key.join(', ')
        const marks = place.key.map(() => '?').join(', ')
        const behind = after === null ? '' : `WHERE (${names}) > (${marks})`
        return database
          .prepare<Row>(`SELECT ${columnsOf(place)} FROM ${place.table} ${behind} ORDER BY ${names} LIMIT ?`)
          .all(...(after === null ? [] : keyOf(place, after)), limit)
      }),

    change: async (place, rows, change) =>
      database.commit(() => {
        const ofKey = place.key.map((name) => `${name} = ?`).join(' AND ')
        const one = database.prepare<Row>(`SELECT ${columnsOf(place)} FROM ${place.table} WHERE ${ofKey}`)
        let changed = 0
        for (const { key } of rows.map((row) => ({ key: keyOf(place, row) }))) {
          const row = one.get(...key)
          const wanted = row === undefined ? null : change(row)
          if (wanted === null) continue
          changed += 1
          if (wanted === 'delete') {
            database.prepare(`DELETE FROM ${place.table} WHERE ${ofKey}`).run(...key)
            if (place.table === 'notification_message') closeDeadLetter(database, key)
            continue
          }
          const names = Object.keys(wanted)
          database
            .prepare(`UPDATE ${place.table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE ${ofKey}`)
            .run(...names.map((name) => wanted[name] ?? null), ...key)
          if (place.table === 'contact_email') database.prepare(takeName).run(...key)
        }
        return changed
      }),

    makeNameless: async (eventIds, leaving, pseudonyms) =>
      database.commit(() => makeNameless(eventIds, leaving, pseudonyms)),

    finish: async () => {
      // Old versions of the pages stand in the log until it begins anew; who reads meanwhile puts it off.
      database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
  }
}

function keyOf(place: Place, row: Row): Row[string][] {
  return place.key.map((name) => row[name] ?? null)
}

/** Of a contact none of whose addresses is known any more. */
const takeName = `
  UPDATE contact SET name = ''
  WHERE id = (SELECT contact_id FROM contact_email WHERE id = ?)
    AND NOT EXISTS (SELECT 1 FROM contact_email WHERE contact_id = contact.id AND NOT ${isPseudonymSql('email')})`

/** Without its message it can never come through again. */
function closeDeadLetter(database: SqliteDatabase, key: Row[string][]): void {
  database
    .prepare(`UPDATE notification SET state = 'recorded', code = NULL, reason = NULL WHERE id = ? AND state = 'dead'`)
    .run(...key)
}

function columnsOf(place: Place): string {
  const more = Object.entries(place.more).map(([name, sql]) => (name === sql ? name : `${sql} AS ${name}`))
  return [...new Set([...place.key, ...Object.keys(place.columns), ...more])].join(', ')
}
