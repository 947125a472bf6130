/** Errors of the data folder, the database and its migrations. */
export const storageErrors = {
  STORAGE_UNAVAILABLE: {
    meaning: 'The database could not be written or read at this moment (disk full, read-only, locked).',
    hint: 'Check free space and permissions of the data folder; the gateway goes on by itself when it can write again.',
    retryable: true,
  },
  STORAGE_FOLDER_UNWRITABLE: {
    meaning: 'The data folder is missing, is no folder, or may not be written by this user.',
    hint: 'Create the folder and give it to the user that runs the gateway (chown), or name another one in `dataFolder`.',
    retryable: false,
  },
  STORAGE_LOCKED: {
    meaning: 'Another gateway already uses this data folder.',
    hint: 'Stop the other gateway, or give this one a data folder of its own.',
    retryable: false,
  },
  STORAGE_NEWER_SCHEMA: {
    meaning: 'The database was written by a newer version of civicrm-ses.',
    hint: 'Install that version again, or restore the backup made before the upgrade.',
    retryable: false,
  },
  STORAGE_CORRUPT: {
    meaning: 'The database file is damaged or is no database of civicrm-ses.',
    hint: 'Restore the last backup of the data folder.',
    retryable: false,
  },
} as const
