import type { Migration } from '../../migration.ts'

/** For the look for rows of the built-in contact store that were released since a moment. */
export const releasedRowsMigration: Migration = {
  version: 10,
  name: 'released-rows',
  sql: `
CREATE INDEX contact_email_reset ON contact_email (reset_date, id) WHERE reset_date IS NOT NULL;
`,
}
