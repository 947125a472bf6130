import type { Migration } from '../migrate.ts'

/** Sites, their sealed secrets, and confirmations of topics. */
export const settingsMigration: Migration = {
  version: 3,
  name: 'settings',
  sql: `
CREATE TABLE site (
  id TEXT NOT NULL PRIMARY KEY,
  -- JSON as siteSchema makes it.
  settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Hash of (addressed, topic ARN, token).
  identity BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'due', 'confirmed', 'failed')),
  addressed TEXT NOT NULL,
  site TEXT NOT NULL,
  topic_arn TEXT NOT NULL,
  message_id TEXT NOT NULL,
  token TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  published_at INTEGER,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  subscription_arn TEXT,
  authenticated INTEGER NOT NULL,
  last_error TEXT,
  settled_at INTEGER,
  raw BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX confirmation_identity ON confirmation (identity);
CREATE INDEX confirmation_state ON confirmation (state, next_attempt_at);
`,
}
