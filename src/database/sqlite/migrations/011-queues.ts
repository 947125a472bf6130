import type { Migration } from '../migrate.ts'

/** Queues of SQS that are read, and messages of theirs that were refused for good. */
export const queuesMigration: Migration = {
  version: 11,
  name: 'queues',
  sql: `
CREATE TABLE queue (
  arn TEXT NOT NULL PRIMARY KEY,
  -- JSON as queueSchema makes it.
  settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages of queues that can never be accepted, where the queue has no dead-letter queue. Nothing in them is proven.
CREATE TABLE refused_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Hash of (queue, id of the message there).
  identity BLOB NOT NULL,
  queue TEXT NOT NULL,
  -- Site that the queue is for; '' where the topic decides.
  addressed TEXT NOT NULL,
  refused_at INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX refused_message_identity ON refused_message (identity);
`,
}
