import type { Migration } from '../migrate.ts'

/** The ledger: each mail event once, each effect once, and which notifications reported the event. */
export const ledgerMigration: Migration = {
  version: 2,
  name: 'ledger',
  sql: `
CREATE TABLE mail_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Hash of the next five columns, which together would make an index of 150 bytes an entry.
  key BLOB NOT NULL,
  site TEXT NOT NULL,
  ses_message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  standing TEXT NOT NULL,
  -- Of the decision, for what SQL asks by it.
  rule TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  -- When it happened by SES's own account.
  occurred_at INTEGER,
  -- JSON, packed: see ledger/packing.
  reference BLOB,
  decision BLOB NOT NULL,
  event BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX mail_event_key ON mail_event (key);
-- One for each filter of a search, each in the order of the list: a search never sorts.
CREATE INDEX mail_event_seen ON mail_event (first_seen_at);
CREATE INDEX mail_event_recipient ON mail_event (recipient, first_seen_at);
CREATE INDEX mail_event_site ON mail_event (site, first_seen_at);
CREATE INDEX mail_event_kind ON mail_event (kind, first_seen_at);
CREATE INDEX mail_event_site_kind ON mail_event (site, kind, first_seen_at);
CREATE INDEX mail_event_standing ON mail_event (standing, first_seen_at);

-- AUTOINCREMENT: the id of an effect that a new decision removed must never name another one.
CREATE TABLE effect (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id INTEGER NOT NULL REFERENCES mail_event (id) ON DELETE CASCADE,
  -- Of the event, like the site: for searches by state.
  seen_at INTEGER NOT NULL,
  site TEXT NOT NULL,
  kind TEXT NOT NULL,
  marker TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'calling', 'done', 'refused', 'watched', 'uncertain')),
  -- Whom a 'hold' counts against; NULL for other kinds.
  address TEXT,
  call_id TEXT,
  called_at INTEGER,
  conclusive_at INTEGER,
  settled_at INTEGER,
  answer TEXT,
  effect TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX effect_event ON effect (event_id, marker);
CREATE INDEX effect_state ON effect (state, seen_at, event_id);
CREATE INDEX effect_address ON effect (address, site) WHERE address IS NOT NULL;

CREATE TABLE sighting (
  event_id INTEGER NOT NULL REFERENCES mail_event (id) ON DELETE CASCADE,
  -- Of the inbox, which forgets sooner than the ledger: no reference.
  notification_id INTEGER NOT NULL,
  PRIMARY KEY (event_id, notification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_notification ON sighting (notification_id);

-- Counted as it changes, for metrics that are asked for every few seconds.
CREATE TABLE effect_count (
  site TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site, kind, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER effect_added AFTER INSERT ON effect BEGIN
  INSERT INTO effect_count VALUES (NEW.site, NEW.kind, NEW.state, 1)
    ON CONFLICT (site, kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER effect_moved AFTER UPDATE OF state ON effect WHEN OLD.state <> NEW.state BEGIN
  UPDATE effect_count SET count = count - 1 WHERE site = OLD.site AND kind = OLD.kind AND state = OLD.state;
  INSERT INTO effect_count VALUES (NEW.site, NEW.kind, NEW.state, 1)
    ON CONFLICT (site, kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER effect_removed AFTER DELETE ON effect BEGIN
  UPDATE effect_count SET count = count - 1 WHERE site = OLD.site AND kind = OLD.kind AND state = OLD.state;
END;
`,
}
