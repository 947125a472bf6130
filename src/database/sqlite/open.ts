import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { foreignOwner } from '../privateFile.ts'
import { isDamage, resultCode, resultCodeOf } from './fault.ts'
import { createDatabaseFile, requireNoRemains } from './folder.ts'
import { numberOf } from './statement.ts'

/** "cses" in the file's header: tells our database from any other SQLite file. */
const applicationId = 0x63_73_65_73

/** Writes the first page of the file as it is. */
export const sameHeader = `PRAGMA application_id = ${applicationId}`

/**
 * How long a write waits for a lock of another connection (a checkpoint, somebody's sqlite3 shell),
 * milliseconds. The process stands still meanwhile, so it is short.
 */
const busyTimeoutMs = 1000

/**
 * WAL pages (4 KiB) from which SQLite checkpoints by itself within a commit. Far above what the
 * checkpointer leaves, so it happens only where that one has failed.
 */
const emergencyCheckpointPages = 16_384

/** To what the log's file is cut when it begins anew, bytes: a burst leaves no more behind. */
const logFileBytes = 32 * 1024 * 1024

export interface OpenOptions {
  /** `read`: beside the process that owns the folder; nothing is created or changed. @default 'own' */
  readonly access?: 'own' | 'read'
  /** OFF loses commits at a power cut: only for the test which shows that another one notices it. @default 'FULL' */
  readonly synchronous?: 'FULL' | 'OFF'
}

/**
 * Opens the database file and makes sure of what the promises rest on: WAL, a disk sync at every commit,
 * foreign keys. What is deleted is overwritten, since most of it is deleted for good reason.
 *
 * @throws GatewayError STORAGE_MISSING (only `read`), STORAGE_HALF_REPLACED, STORAGE_FOLDER_UNWRITABLE,
 * STORAGE_CORRUPT, STORAGE_NOT_DURABLE, STORAGE_UNAVAILABLE
 */
export function openConnection(file: string, { access = 'own', synchronous = 'FULL' }: OpenOptions = {}): DatabaseSync {
  requireNoRemains(file)
  if (access === 'own') createDatabaseFile(file)
  else if (!existsSync(file)) throw new GatewayError('STORAGE_MISSING', `there is no database at ${file}`)
  let connection: DatabaseSync | null = null
  try {
    connection = new DatabaseSync(file, { readOnly: access === 'read', timeout: busyTimeoutMs })
    identify(connection, file, access)
    configure(connection, synchronous)
    return connection
  } catch (error: unknown) {
    connection?.close()
    throw openingError(error, file)
  }
}

/** Reads the header, which is the first thing to fail on a file that is no database. */
function identify(connection: DatabaseSync, file: string, access: 'own' | 'read'): void {
  const found = numberOf(connection, 'PRAGMA application_id')
  if (found === applicationId) return
  const isEmpty = numberOf(connection, 'SELECT count(*) FROM sqlite_schema') === 0
  if (found !== 0 || !isEmpty)
    throw new GatewayError('STORAGE_CORRUPT', `${file} is a SQLite database of another program`)
  if (access === 'read') throw new GatewayError('STORAGE_MISSING', `the database at ${file} is empty`)
  // Only in a file without tables: incremental vacuum lets space be given back in small steps, later.
  connection.exec(`PRAGMA auto_vacuum = INCREMENTAL; ${sameHeader}`)
}

function configure(connection: DatabaseSync, synchronous: 'FULL' | 'OFF'): void {
  const journal = connection.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  connection.exec(`
    PRAGMA synchronous = ${synchronous};
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
    PRAGMA wal_autocheckpoint = ${emergencyCheckpointPages};
    PRAGMA journal_size_limit = ${logFileBytes};
  `)
  // What was asked for is not always what one gets: a network file system has no WAL, a build may pin a level.
  if (journal !== 'wal')
    throw new GatewayError('STORAGE_NOT_DURABLE', `the journal mode is ${String(journal)}, not WAL`)
  const level = numberOf(connection, 'PRAGMA synchronous')
  if (level !== (synchronous === 'FULL' ? 2 : 0))
    throw new GatewayError('STORAGE_NOT_DURABLE', `the synchronous level is ${level}, not FULL`)
  if (numberOf(connection, 'PRAGMA foreign_keys') !== 1)
    throw new GatewayError('STORAGE_NOT_DURABLE', 'foreign keys cannot be switched on')
}

function openingError(error: unknown, file: string): unknown {
  if (error instanceof GatewayError) return error
  const what = `${file} cannot be opened: ${messageOf(error)}`
  if (isDamage(error)) return new GatewayError('STORAGE_CORRUPT', what, { cause: error })
  const code = resultCodeOf(error)
  const refused = `${what}${foreignOwner(file)}`
  if (code === resultCode.CANTOPEN || code === resultCode.READONLY || code === resultCode.PERM)
    return new GatewayError('STORAGE_FOLDER_UNWRITABLE', refused, { cause: error })
  return new GatewayError('STORAGE_UNAVAILABLE', what, { cause: error })
}
