import type { Migration } from '../migrate.ts'

/** Notes about this place (see src/installation/notes.ts), and what is to follow an installation that is moving away. */
export const installationMigration: Migration = {
  version: 9,
  name: 'installation',
  sql: `
CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Filled by triggers that are there only while the installation moves.
CREATE TABLE followed_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  relation TEXT NOT NULL,
  -- JSON: the primary key of the row.
  key TEXT NOT NULL
) STRICT;
`,
}
