/** Errors of backing up and restoring. */
export const backupErrors = {
  BACKUP_UNWRITABLE: {
    meaning: 'The backup cannot be written to this file.',
    hint: 'Name a file that is not there yet, in a folder that this user may write, on a disk with room. What was begun is removed.',
    retryable: false,
  },
  BACKUP_BROKEN_OFF: {
    meaning: 'The backup or the restoring was broken off.',
    hint: 'Run the command again. Nothing unfinished was kept.',
    retryable: false,
  },
  BACKUP_UNREADABLE: {
    meaning: 'The file is no backup of civicrm-ses, or it is damaged or not whole. Nothing was changed.',
    hint: 'Take another backup. gunzip -t FILE says whether the file itself is whole.',
    retryable: false,
  },
  BACKUP_FOREIGN_SCHEMA: {
    meaning: 'The backup was made by another version of civicrm-ses, whose tables are not those of this one.',
    hint: 'Restore it with that version, then start this one: it brings the database up to date.',
    retryable: false,
  },
  BACKUP_SOURCE_DAMAGED: {
    meaning: 'The database that is to be backed up is damaged.',
    hint: 'Keep the backups that you have. To save what can still be read: civicrm-ses backup FILE without --check, then restore it elsewhere.',
    retryable: false,
  },
  RESTORE_NOT_EMPTY: {
    meaning: 'The place into which the backup is to be restored holds something.',
    hint: 'Name an empty data folder or database, or say --replace.',
    retryable: false,
  },
  RESTORE_IN_USE: {
    meaning: 'A gateway runs on the place into which the backup is to be restored.',
    hint: 'Stop every gateway on it first.',
    retryable: false,
  },
  RESTORE_DIFFERS: {
    meaning: 'What was read again after restoring is not what the backup holds. Nothing was put in place.',
    hint: 'Check the disk and its log, then restore again.',
    retryable: false,
  },
} as const
