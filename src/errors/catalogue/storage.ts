/** Errors of the data folder, the database (SQLite's file or PostgreSQL's server) and its migrations. */
export const storageErrors = {
  STORAGE_UNAVAILABLE: {
    meaning: 'The database could not be written or read at this moment (disk full, read-only, locked, server away).',
    hint: 'Check free space and permissions of the data folder, or the PostgreSQL server; the gateway goes on by itself.',
    retryable: true,
  },
  STORAGE_FOLDER_UNWRITABLE: {
    meaning: 'The data folder is missing, is no folder, or it or a file in it may not be read or written by this user.',
    hint: 'Create the folder and give it, with all that is in it, to the user that runs the gateway (chown -R), or name another one in `dataFolder`. Run commands as that user: sudo -u USER civicrm-ses …',
    retryable: false,
  },
  STORAGE_LOCKED: {
    meaning: 'Another gateway already uses this data folder.',
    hint: 'Stop the other gateway, or give this one a data folder of its own. Do not remove the lock file: it is never stale, since the lock ends with its process.',
    retryable: false,
  },
  STORAGE_NEWER_SCHEMA: {
    meaning: 'The database was written by a newer version of civicrm-ses.',
    hint: 'Install that version again, or restore the backup made before the upgrade.',
    retryable: false,
  },
  STORAGE_CORRUPT: {
    meaning: 'The database file is damaged or is no database of civicrm-ses.',
    hint: 'Restore the last backup: civicrm-ses restore FILE --replace.',
    retryable: false,
  },
  STORAGE_MISSING: {
    meaning: 'There is no database in the data folder yet, and so nothing that could be changed.',
    hint: 'Check `dataFolder`; civicrm-ses serve creates the database when it starts for the first time, and so does civicrm-ses sites add.',
    retryable: false,
  },
  STORAGE_HALF_REPLACED: {
    meaning:
      'There is no database in the data folder, but a part of one: a restore broke off while it put the new one in place, or the file was moved away without its log (`-wal`).',
    hint: 'Run the restore again: civicrm-ses restore FILE --replace. What was there before is kept beside it, see docs/operators/backup.md. Only where nothing is to be kept remove that file.',
    retryable: false,
  },
  STORAGE_OLDER_SCHEMA: {
    meaning: 'The database is of an older version, and only the gateway may bring it up to date.',
    hint: 'Restart the gateway with this version: it updates the database when it starts.',
    retryable: false,
  },
  STORAGE_MIGRATION_FAILED: {
    meaning: 'The database could not be brought to the schema of this version; it stands at the last step that worked.',
    hint: 'Check free space and permissions of the data folder and start again; the failed step left nothing behind.',
    retryable: false,
  },
  STORAGE_NOT_DURABLE: {
    meaning: 'The database cannot be kept in a way that survives a power cut (write-ahead log, sync at every commit).',
    hint: 'SQLite: put the data folder on a local disk. PostgreSQL: switch on fsync, full_page_writes and synchronous_commit.',
    retryable: false,
  },
  STORAGE_REFUSED: {
    meaning:
      'The PostgreSQL server does not let the gateway in (address, database, user, password), or its role may not do what it must.',
    hint: 'Compare the address of the database with the server (psql with the same address must get in), and the grants of its role.',
    retryable: false,
  },
  STORAGE_MOVED: {
    meaning: 'The installation that was kept here has moved to another place, which is its home now.',
    hint: 'Name the new place in the configuration (`databaseUrl` or `dataFolder`). To use the old state all the same, without what came later: civicrm-ses move-database --take-back.',
    retryable: true,
  },
  STORAGE_ARRIVING: {
    meaning: 'An installation is on its way to this place, and not all of it is here yet.',
    hint: 'Let civicrm-ses move-database come to its end, or run it again: it goes on where it broke off. Until then the gateway belongs in the old place.',
    retryable: true,
  },
  STORAGE_UNSUITABLE: {
    meaning: 'The PostgreSQL server cannot carry civicrm-ses (version, encoding, schema).',
    hint: 'Use PostgreSQL 13 or newer and a database with the encoding UTF8.',
    retryable: false,
  },
} as const
