import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import { keyOfRelease, ownReleaseMs, type ReleaseMark, type ReleaseRecord, type ReleaseStore } from '../releaseStore.ts'

/** Releases in SQLite. */
export function sqliteReleaseStore(database: SqliteDatabase): ReleaseStore {
  const marks = database.prepare<ReleaseMark & { readonly site: string }>(
    'SELECT site, mark, read_at AS readAt FROM release_mark',
  )
  const known = database.prepare(`
    SELECT 1 FROM release WHERE site = ?1 AND email_id = ?2 AND (
      (form = ?3 AND dated = ?4)
      OR (origin = 'undo' AND ?3 = 'reset' AND dated BETWEEN ?4 - ${ownReleaseMs} AND ?4 + ${ownReleaseMs})
    ) LIMIT 1
  `)
  const insert = database.prepare(`
    INSERT INTO release (site, email_id, contact_id, address, form, dated, found_at, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, email_id, form, dated) DO NOTHING
  `)
  const mark = database.prepare(`
    INSERT INTO release_mark (site, mark, read_at) VALUES (?, ?, ?)
    ON CONFLICT (site) DO UPDATE SET mark = excluded.mark, read_at = excluded.read_at
  `)
  const list = database.prepare<ReleaseRecord>(`
    SELECT id, release.site, email_id AS emailId, contact_id AS contactId, release.address, form, dated,
      found_at AS foundAt, release.origin, suppression_removal.state AS suppression,
      suppression_removal.error AS suppressionError
    FROM release LEFT JOIN suppression_removal
      ON suppression_removal.site = release.site AND suppression_removal.address = release.address
    WHERE found_at >= ? AND release.site = coalesce(?, release.site) ORDER BY found_at DESC, id DESC LIMIT ?
  `)
  return {
    marks: async () => database.read(() => new Map(marks.all().map(({ site, ...one }) => [site, one]))),
    news: async (site, rows) =>
      database.read(() =>
        rows.filter((row) => {
          const key = keyOfRelease(row)
          return key !== null && known.all(site, key.emailId, key.form, key.dated).length === 0
        }),
      ),
    keep: async (site, found) =>
      database.commit(() => {
        for (const row of found.news) {
          const key = keyOfRelease(row)
          if (key === null) continue
          insert.run(site, key.emailId, row.contactId, row.email, key.form, key.dated, found.at, 'civicrm')
        }
        mark.run(site, found.mark, found.at)
      }),
    undone: async (site, rows, at) =>
      database.commit(() => {
        for (const { emailId, contactId, email } of rows)
          insert.run(site, emailId, contactId, email, 'reset', at, at, 'undo')
      }),
    list: async ({ site, since = 0, limit }) => database.read(() => list.all(since, site ?? null, limit)),
  }
}
