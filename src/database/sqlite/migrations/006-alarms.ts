import type { Migration } from '../migrate.ts'

/** Alarms with what each channel has told, and what receiving domains took and refused. */
export const alarmsMigration: Migration = {
  version: 6,
  name: 'alarms',
  sql: `
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

-- What became of mail at one receiving domain: 'delivered', or the status with which it was refused for good.
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
`,
}
