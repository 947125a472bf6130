import type { Migration } from '../../migration.ts'

/** How far retention has come with each kind of what it removes. */
export const retentionMigration: Migration = {
  version: 8,
  name: 'retention',
  sql: `
CREATE TABLE retention (
  kind text COLLATE "C" PRIMARY KEY,
  -- Where it goes on, in the order of age; NULL: at the beginning.
  mark_at bigint,
  mark_id bigint,
  begun_at bigint NOT NULL,
  ended_at bigint,
  removed_at bigint,
  removed bigint NOT NULL
);

-- What retention removes is a small share of these each day, and its space is to be used by the next day: a fifth of
-- the table, the server's own measure, would be a month's.
ALTER TABLE notification_message SET (
  autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE mail_event SET (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02,
  toast.autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE event_facts SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE sighting SET (autovacuum_vacuum_scale_factor = 0.02);
`,
}
