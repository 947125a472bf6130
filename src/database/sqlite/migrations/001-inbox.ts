import type { Migration } from '../migrate.ts'

/**
 * The inbox. What changes (`notification`) stands apart from what arrived (`notification_message`): a
 * claim rewrites a row of a hundred bytes, not the message of some kilobytes with it.
 */
export const inboxMigration: Migration = {
  version: 1,
  name: 'inbox',
  sql: `
CREATE TABLE notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Hash of (addressed, SNS MessageId): the index on it stays a third of the size.
  identity BLOB NOT NULL,
  -- Lane.
  site TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'recorded', 'dead')),
  -- Who has claimed it; NULL: nobody.
  owner TEXT,
  -- While waiting, epoch ms: end of the owner's lease, or of the pause before the next attempt; 0 = at once.
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- When it became recorded or dead.
  settled_at INTEGER,
  code TEXT,
  reason TEXT
) STRICT;
CREATE UNIQUE INDEX notification_identity ON notification (identity);

-- These know only what waits, so millions of recorded rows cost a claim nothing.
CREATE INDEX notification_line ON notification (site, id, due_at) WHERE state = 'waiting';
-- Of what was put off or is claimed: what comes in and is recorded at once never enters it.
CREATE INDEX notification_due ON notification (site, due_at) WHERE state = 'waiting' AND due_at > 0;
CREATE INDEX notification_dead ON notification (settled_at) WHERE state = 'dead';

CREATE TABLE notification_message (
  id INTEGER PRIMARY KEY REFERENCES notification (id) ON DELETE CASCADE,
  addressed TEXT NOT NULL,
  message_id TEXT NOT NULL,
  topic_arn TEXT NOT NULL,
  channel TEXT NOT NULL,
  published_at INTEGER,
  signature_version TEXT NOT NULL,
  certificate_url TEXT NOT NULL,
  verified_at INTEGER NOT NULL,
  raw BLOB NOT NULL
) STRICT;

-- Counted as it changes: to count a million waiting rows takes longer than a request may.
CREATE TABLE notification_count (
  site TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER notification_added AFTER INSERT ON notification BEGIN
  INSERT INTO notification_count VALUES (NEW.site, NEW.state, 1)
    ON CONFLICT (site, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER notification_moved AFTER UPDATE OF state ON notification WHEN OLD.state <> NEW.state BEGIN
  UPDATE notification_count SET count = count - 1 WHERE site = OLD.site AND state = OLD.state;
  INSERT INTO notification_count VALUES (NEW.site, NEW.state, 1)
    ON CONFLICT (site, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER notification_removed AFTER DELETE ON notification BEGIN
  UPDATE notification_count SET count = count - 1 WHERE site = OLD.site AND state = OLD.state;
END;
`,
}
