-- The whole schema, as the migrations make it. Not read by the program.

CREATE TABLE alarm (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  since INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  detail TEXT NOT NULL,
  -- NULL while it is active.
  ended_at INTEGER,
  -- JSON: by channel.
  told TEXT NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX alarm_ended ON alarm (ended_at);

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

CREATE TABLE contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  is_opt_out INTEGER NOT NULL DEFAULT 0,
  is_deleted INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX contact_site ON contact (site, id);

CREATE TABLE contact_email (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  -- Lower case, NFC.
  email TEXT NOT NULL,
  on_hold INTEGER NOT NULL DEFAULT 0 CHECK (on_hold IN (0, 1, 2)),
  -- Epoch ms.
  hold_date INTEGER,
  reset_date INTEGER
) STRICT;

CREATE INDEX contact_email_address ON contact_email (email);

CREATE INDEX contact_email_contact ON contact_email (contact_id);

CREATE INDEX contact_email_reset ON contact_email (reset_date, id) WHERE reset_date IS NOT NULL;

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

CREATE TRIGGER effect_added AFTER INSERT ON effect BEGIN
  INSERT INTO effect_count VALUES (NEW.site, NEW.kind, NEW.state, 1)
    ON CONFLICT (site, kind, state) DO UPDATE SET count = count + 1;
END;

CREATE INDEX effect_address ON effect (address, site) WHERE address IS NOT NULL;

CREATE UNIQUE INDEX effect_event ON effect (event_id, marker);

CREATE TRIGGER effect_moved AFTER UPDATE OF state ON effect WHEN OLD.state <> NEW.state BEGIN
  UPDATE effect_count SET count = count - 1 WHERE site = OLD.site AND kind = OLD.kind AND state = OLD.state;
  INSERT INTO effect_count VALUES (NEW.site, NEW.kind, NEW.state, 1)
    ON CONFLICT (site, kind, state) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER effect_removed AFTER DELETE ON effect BEGIN
  UPDATE effect_count SET count = count - 1 WHERE site = OLD.site AND kind = OLD.kind AND state = OLD.state;
END;

CREATE INDEX effect_state ON effect (state, seen_at, event_id);

CREATE TABLE effect_count (
  site TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site, kind, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_facts (
  event_id INTEGER PRIMARY KEY REFERENCES mail_event (id) ON DELETE CASCADE,
  facts BLOB NOT NULL
) STRICT;

CREATE TABLE followed_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  relation TEXT NOT NULL,
  -- JSON: the primary key of the row.
  key TEXT NOT NULL
) STRICT;

CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE INDEX mail_event_kind ON mail_event (kind, first_seen_at);

CREATE INDEX mail_event_recipient ON mail_event (recipient, first_seen_at);

CREATE INDEX mail_event_seen ON mail_event (first_seen_at);

CREATE INDEX mail_event_site ON mail_event (site, first_seen_at);

CREATE INDEX mail_event_site_kind ON mail_event (site, kind, first_seen_at);

CREATE INDEX mail_event_standing ON mail_event (standing, first_seen_at);

CREATE TABLE mailing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  sent_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mailing_site ON mailing (site, id);

CREATE TABLE mailing_bounce (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue_id INTEGER NOT NULL REFERENCES mailing_queue (id) ON DELETE CASCADE,
  -- By name: thresholds are the site's settings, ids only CiviCRM's.
  bounce_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  bounced_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mailing_bounce_queue ON mailing_bounce (queue_id);

CREATE TABLE mailing_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mailing_id INTEGER NOT NULL REFERENCES mailing (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  -- NULL: the address was removed since.
  email_id INTEGER REFERENCES contact_email (id) ON DELETE SET NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE INDEX mailing_queue_contact ON mailing_queue (contact_id);

CREATE INDEX mailing_queue_email ON mailing_queue (email_id);

CREATE INDEX mailing_queue_mailing ON mailing_queue (mailing_id);

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

CREATE TRIGGER notification_added AFTER INSERT ON notification BEGIN
  INSERT INTO notification_count VALUES (NEW.site, NEW.state, 1)
    ON CONFLICT (site, state) DO UPDATE SET count = count + 1;
END;

CREATE INDEX notification_dead ON notification (settled_at) WHERE state = 'dead';

CREATE INDEX notification_due ON notification (site, due_at) WHERE state = 'waiting' AND due_at > 0;

CREATE UNIQUE INDEX notification_identity ON notification (identity);

CREATE INDEX notification_line ON notification (site, id, due_at) WHERE state = 'waiting';

CREATE TRIGGER notification_moved AFTER UPDATE OF state ON notification WHEN OLD.state <> NEW.state BEGIN
  UPDATE notification_count SET count = count - 1 WHERE site = OLD.site AND state = OLD.state;
  INSERT INTO notification_count VALUES (NEW.site, NEW.state, 1)
    ON CONFLICT (site, state) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER notification_removed AFTER DELETE ON notification BEGIN
  UPDATE notification_count SET count = count - 1 WHERE site = OLD.site AND state = OLD.state;
END;

CREATE TABLE notification_count (
  site TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site, state)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE queue (
  arn TEXT NOT NULL PRIMARY KEY,
  -- JSON as queueSchema makes it.
  settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE receiver_count (
  site TEXT NOT NULL,
  domain TEXT NOT NULL,
  -- Beginning of the span of time, epoch ms: some minutes long, or a day where it is past.
  bucket INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (site, domain, bucket, outcome)
) STRICT, WITHOUT ROWID;

CREATE INDEX receiver_count_bucket ON receiver_count (bucket);

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
  origin TEXT NOT NULL CHECK (origin IN ('civicrm', 'undo'))) STRICT;

CREATE INDEX release_found ON release (found_at);

CREATE UNIQUE INDEX release_row ON release (site, email_id, form, dated);

CREATE TABLE release_mark (
  site TEXT NOT NULL PRIMARY KEY,
  mark TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE secret (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (site, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE sighting (
  event_id INTEGER NOT NULL REFERENCES mail_event (id) ON DELETE CASCADE,
  -- Of the inbox, which forgets sooner than the ledger: no reference.
  notification_id INTEGER NOT NULL,
  PRIMARY KEY (event_id, notification_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sighting_notification ON sighting (notification_id);

CREATE TABLE site (
  id TEXT NOT NULL PRIMARY KEY,
  -- JSON as siteSchema makes it.
  settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE INDEX suppression_removal_asked ON suppression_removal (asked_at);

CREATE INDEX suppression_removal_wanted ON suppression_removal (at) WHERE state = 'wanted';

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
, heard_at INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE undone_effect (
  effect_id INTEGER PRIMARY KEY REFERENCES effect (id) ON DELETE CASCADE,
  undo_id INTEGER NOT NULL REFERENCES undo (id),
  state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'left')),
  at INTEGER NOT NULL,
  answer TEXT
) STRICT;

CREATE INDEX undone_effect_undo ON undone_effect (undo_id);
