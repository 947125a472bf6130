import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Queries, SqlValue } from '../../database/postgres/queries.ts'
import { makeNameless } from '../../ledger/postgres/nameless.ts'
import { isPseudonymSql } from '../../privacy/pseudonyms.ts'
import type { Place } from '../places.ts'
import type { Change, PersonStore, Row } from '../personStore.ts'

export function postgresPersonStore(database: PostgresDatabase): PersonStore {
  return {
    read: async (place, after, limit) => {
      const names = place.key.join(', ')
      const marks = place.key.map((_name, index) => `$${index + 2}`).join(', ')
      const behind = after === null ? '' : `WHERE (${names}) > (${marks})`
      return database.query<Row>(
        `SELECT ${columnsOf(place)} FROM ${place.table} ${behind} ORDER BY ${names} LIMIT $1`,
        [limit, ...(after === null ? [] : keyOf(place, after))],
      )
    },

    change: async (place, rows, change) =>
      database.transaction(async (queries) => {
        let changed = 0
        for (const key of rows.map((row) => keyOf(place, row))) {
          await lock(queries, place, key)
          const [row] = await queries.query<Row>(`SELECT ${columnsOf(place)} FROM ${place.table} ${ofKey(place)}`, key)
          const wanted = row === undefined ? null : change(row)
          if (wanted === null) continue
          changed += 1
          await write(queries, { place, key, wanted })
        }
        return changed
      }),

    makeNameless: async (eventIds, leaving, pseudonyms) =>
      database.transaction(async (queries) => makeNameless(queries, eventIds, { leaving, pseudonyms })),

    // Autovacuum does it: to ask for it here would read whole tables.
    finish: async () => undefined,
  }
}

/** A message is taken up under the lock of its notification. */
async function lock(queries: Queries, place: Place, key: readonly SqlValue[]): Promise<void> {
  if (place.table === 'notification_message')
    await queries.query('SELECT 1 FROM notification WHERE id = $1 FOR UPDATE', key)
  await queries.query(`SELECT 1 FROM ${place.table} ${ofKey(place)} FOR UPDATE`, key)
}

async function write(
  queries: Queries,
  { place, key, wanted }: { place: Place; key: readonly SqlValue[]; wanted: Exclude<Change, null> },
): Promise<void> {
  if (wanted === 'delete') {
    await queries.run(`DELETE FROM ${place.table} ${ofKey(place)}`, key)
    // Without its message a dead letter can never come through again.
    if (place.table === 'notification_message')
      await queries.run(
        `UPDATE notification SET state = 'recorded', code = NULL, reason = NULL WHERE id = $1 AND state = 'dead'`,
        key,
      )
    return
  }
  const names = Object.keys(wanted)
  const values = names.map((name, index) => `${name} = $${place.key.length + index + 1}`)
  await queries.run(`UPDATE ${place.table} SET ${values.join(', ')} ${ofKey(place)}`, [
    ...key,
    ...names.map((name) => wanted[name] ?? null),
  ])
  if (place.table === 'contact_email') await queries.run(takeName, key)
}

/** Of a contact none of whose addresses is known any more. */
const takeName = `
  UPDATE contact SET name = ''
  WHERE id = (SELECT contact_id FROM contact_email WHERE id = $1)
    AND NOT EXISTS (SELECT 1 FROM contact_email WHERE contact_id = contact.id AND NOT ${isPseudonymSql('email')})`

function keyOf(place: Place, row: Row): SqlValue[] {
  return place.key.map((name) => row[name] ?? null)
}

function ofKey(place: Place): string {
  return `WHERE ${place.key.map((name, index) => `${name} = $${index + 1}`).join(' AND ')}`
}

function columnsOf(place: Place): string {
  const more = Object.entries(place.more).map(([name, sql]) => (name === sql ? name : `${sql} AS ${name}`))
  return [...new Set([...place.key, ...Object.keys(place.columns), ...more])].join(', ')
}
