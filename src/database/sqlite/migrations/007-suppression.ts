import type { Migration } from '../../migration.ts'

/** What is to be removed from the suppression lists of SES, and which undo is at work. */
export const suppressionMigration: Migration = {
  version: 7,
  name: 'suppression',
  sql: `
-- When an undo was last heard of: after a while of silence it has broken off, and another may begin.
ALTER TABLE undo ADD COLUMN heard_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE release DROP COLUMN suppression;

CREATE TABLE suppression_removal (
  site TEXT NOT NULL,
  address TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('undo', 'civicrm')),
  asked_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'removed', 'absent', 'failed')),
  tries INTEGER NOT NULL DEFAULT 0,
  -- Of the next try, or of the end.
  at INTEGER NOT NULL,
  -- AWS's name of what was in the way at the last try.
  error TEXT,
  PRIMARY KEY (site, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX suppression_removal_wanted ON suppression_removal (at) WHERE state = 'wanted';
CREATE INDEX suppression_removal_asked ON suppression_removal (asked_at);
`,
}
