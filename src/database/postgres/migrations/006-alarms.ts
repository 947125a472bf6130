import type { Migration } from '../../migration.ts'

/** Alarms with what each channel has told, and what receiving domains took and refused. */
export const alarmsMigration: Migration = {
  version: 6,
  name: 'alarms',
  sql: `
CREATE TABLE alarm (
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  last_at bigint NOT NULL,
  count bigint NOT NULL,
  detail text NOT NULL,
  -- NULL while it is active.
  ended_at bigint,
  -- JSON: by channel.
  told text NOT NULL,
  PRIMARY KEY (kind, subject)
);
CREATE INDEX alarm_ended ON alarm (ended_at);

-- What became of mail at one receiving domain: 'delivered', or the status with which it was refused for good.
CREATE TABLE receiver_count (
  site text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  -- Beginning of the span of time, epoch ms: some minutes long, or a day where it is past.
  bucket bigint NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (site, domain, bucket, outcome)
);
CREATE INDEX receiver_count_bucket ON receiver_count (bucket);
`,
}
