import type { PostgresDatabase } from '../../database/postgres/database.ts'
import type { Queries } from '../../database/postgres/queries.ts'
import {
  keyOfRelease,
  ownReleaseMs,
  type ReleaseKey,
  type ReleaseMark,
  type ReleaseRecord,
  type ReleaseStore,
  type UndoneRow,
} from '../releaseStore.ts'

/** Places, from 1 on, of the rows that are kept already or that an undo took off hold. */
const knownPlaces = `
  SELECT asked.place FROM unnest($2::bigint[], $3::text[], $4::bigint[]) WITH ORDINALITY AS asked (email_id, form, dated, place)
  WHERE EXISTS (
    SELECT 1 FROM release WHERE release.site = $1 AND release.email_id = asked.email_id AND (
      (release.form = asked.form AND release.dated = asked.dated)
      OR (release.origin = 'undo' AND asked.form = 'reset'
        AND release.dated BETWEEN asked.dated - ${ownReleaseMs} AND asked.dated + ${ownReleaseMs})
    )
  )`

const insertAll = `
  INSERT INTO release (site, email_id, contact_id, address, form, dated, found_at, origin)
  SELECT $1, email_id, contact_id, address, form, dated, $7, $8
  FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
    AS rows (email_id, contact_id, address, form, dated)
  ORDER BY email_id, form, dated
  ON CONFLICT (site, email_id, form, dated) DO NOTHING`

interface NewRelease extends UndoneRow, ReleaseKey {}

interface Told {
  readonly at: number
  readonly origin: 'civicrm' | 'undo'
}

/** Releases in PostgreSQL. */
export function postgresReleaseStore(database: PostgresDatabase): ReleaseStore {
  return {
    marks: async () => {
      const rows = await database.query<ReleaseMark & { readonly site: string }>(
        'SELECT site, mark, read_at AS "readAt" FROM release_mark',
      )
      return new Map(rows.map(({ site, ...one }) => [site, one]))
    },
    news: async (site, rows) => {
      const asked = rows.flatMap((row) => {
        const key = keyOfRelease(row)
        return key === null ? [] : [{ row, key }]
      })
      const known = await database.query<{ readonly place: number }>(knownPlaces, [
        site,
        asked.map(({ key }) => key.emailId),
        asked.map(({ key }) => key.form),
        asked.map(({ key }) => key.dated),
      ])
      const places = new Set(known.map(({ place }) => place))
      return asked.filter((_one, index) => !places.has(index + 1)).map(({ row }) => row)
    },
    keep: async (site, { news, mark, at }) => {
      const rows = news.flatMap((row) => {
        const key = keyOfRelease(row)
        return key === null ? [] : [{ ...row, ...key }]
      })
      await database.transaction(async (queries) => {
        await insert(queries, site, rows, { at, origin: 'civicrm' })
        await queries.run(
          `INSERT INTO release_mark (site, mark, read_at) VALUES ($1, $2, $3)
           ON CONFLICT (site) DO UPDATE SET mark = excluded.mark, read_at = excluded.read_at`,
          [site, mark, at],
        )
      })
    },
    undone: async (site, rows, at) => {
      const dated = rows.map((row) => ({ ...row, form: 'reset', dated: at }) as const)
      await insert(database, site, dated, { at, origin: 'undo' })
    },
    list: async ({ site, since = 0, limit }) =>
      database.query<ReleaseRecord>(
        `SELECT id, release.site, email_id AS "emailId", contact_id AS "contactId", release.address, form, dated,
           found_at AS "foundAt", release.origin, suppression_removal.state AS suppression,
           suppression_removal.error AS "suppressionError"
         FROM release LEFT JOIN suppression_removal
           ON suppression_removal.site = release.site AND suppression_removal.address = release.address
         WHERE found_at >= $1 AND ($2::text IS NULL OR release.site = $2) ORDER BY found_at DESC, id DESC LIMIT $3`,
        [since, site ?? null, limit],
      ),
  }
}

async function insert(
  queries: Queries,
  site: string,
  rows: readonly NewRelease[],
  { at, origin }: Told,
): Promise<void> {
  if (rows.length === 0) return
  await queries.run(insertAll, [
    site,
    rows.map(({ emailId }) => emailId),
    rows.map(({ contactId }) => contactId),
    rows.map(({ email }) => email),
    rows.map(({ form }) => form),
    rows.map(({ dated }) => dated),
    at,
    origin,
  ])
}
