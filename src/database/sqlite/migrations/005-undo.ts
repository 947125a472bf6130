import type { Migration } from '../migrate.ts'

/** What was known before each decision, what was undone, and what staff released in CiviCRM. */
export const undoMigration: Migration = {
  version: 5,
  name: 'undo',
  sql: `
-- What the CRM said before the decision: JSON, packed. Beside the event, so that it can be forgotten sooner.
CREATE TABLE event_facts (
  event_id INTEGER PRIMARY KEY REFERENCES mail_event (id) ON DELETE CASCADE,
  facts BLOB NOT NULL
) STRICT;

CREATE TABLE undo (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  begun_at INTEGER NOT NULL,
  -- NULL while it is under way, or where it broke off.
  ended_at INTEGER,
  asked_by TEXT NOT NULL,
  why TEXT NOT NULL,
  -- JSON: what was chosen.
  chosen TEXT NOT NULL,
  -- JSON: how many of each outcome.
  result TEXT
) STRICT;

-- An effect is undone once; one that was left alone may be tried again, by a later undo.
CREATE TABLE undone_effect (
  effect_id INTEGER PRIMARY KEY REFERENCES effect (id) ON DELETE CASCADE,
  undo_id INTEGER NOT NULL REFERENCES undo (id),
  state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'left')),
  at INTEGER NOT NULL,
  answer TEXT
) STRICT;
CREATE INDEX undone_effect_undo ON undone_effect (undo_id);

CREATE TABLE release (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site TEXT NOT NULL,
  email_id INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  address TEXT NOT NULL,
  -- 'reset' with its date, 'half' with the date of the hold that was left standing.
  form TEXT NOT NULL CHECK (form IN ('reset', 'half')),
  dated INTEGER NOT NULL,
  found_at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('civicrm', 'undo')),
  -- What became of its entry on the SES suppression list; NULL: nothing was asked.
  suppression TEXT
) STRICT;
CREATE UNIQUE INDEX release_row ON release (site, email_id, form, dated);
CREATE INDEX release_found ON release (found_at);

-- Up to where a site's releases are read, in the words of its CRM.
CREATE TABLE release_mark (
  site TEXT NOT NULL PRIMARY KEY,
  mark TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
