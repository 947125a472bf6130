import type { Migration } from '../migrate.ts'

/**
 * The built-in contact store, in CiviCRM's words. Ids are never given out twice: a queue id in an old
 * address must not name a newer mailing.
 */
export const contactsMigration: Migration = {
  version: 4,
  name: 'contacts',
  sql: `
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
CREATE INDEX contact_email_contact ON contact_email (contact_id);
CREATE INDEX contact_email_address ON contact_email (email);

CREATE TABLE mailing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mailing_site ON mailing (site, id);

CREATE TABLE mailing_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mailing_id INTEGER NOT NULL REFERENCES mailing (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  -- NULL: the address was removed since.
  email_id INTEGER REFERENCES contact_email (id) ON DELETE SET NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX mailing_queue_mailing ON mailing_queue (mailing_id);
CREATE INDEX mailing_queue_contact ON mailing_queue (contact_id);
CREATE INDEX mailing_queue_email ON mailing_queue (email_id);

CREATE TABLE mailing_bounce (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue_id INTEGER NOT NULL REFERENCES mailing_queue (id) ON DELETE CASCADE,
  -- By name: thresholds are the site's settings, ids only CiviCRM's.
  bounce_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  bounced_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mailing_bounce_queue ON mailing_bounce (queue_id);
`,
}
