import type { Migration } from '../migrate.ts'

/** How far retention has come with each kind of what it removes. */
export const retentionMigration: Migration = {
  version: 8,
  name: 'retention',
  sql: `
CREATE TABLE retention (
  kind TEXT NOT NULL PRIMARY KEY,
  -- Where it goes on, in the order of age; NULL: at the beginning.
  mark_at INTEGER,
  mark_id INTEGER,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  removed_at INTEGER,
  removed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
