import type { Migration } from '../../migration.ts'
import { inboxMigration } from './001-inbox.ts'
import { ledgerMigration } from './002-ledger.ts'
import { settingsMigration } from './003-settings.ts'
import { contactsMigration } from './004-contacts.ts'
import { undoMigration } from './005-undo.ts'
import { alarmsMigration } from './006-alarms.ts'
import { suppressionMigration } from './007-suppression.ts'
import { retentionMigration } from './008-retention.ts'
import { installationMigration } from './009-installation.ts'
import { releasedRowsMigration } from './010-released-rows.ts'
import { queuesMigration } from './011-queues.ts'

/**
 * All steps, in order, with the numbers and names of SQLite's. To change the schema: add a file on both
 * engines, add it here, and run the tests with `-u`, which writes `schema.sql` anew.
 */
export const migrations: readonly Migration[] = [
  inboxMigration,
  ledgerMigration,
  settingsMigration,
  contactsMigration,
  undoMigration,
  alarmsMigration,
  suppressionMigration,
  retentionMigration,
  installationMigration,
  releasedRowsMigration,
  queuesMigration,
]
