import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'

/** Names within the data folder. */
export const fileNames = { database: 'civicrm-ses.db', lock: 'lock', key: 'key' } as const

/**
 * Makes sure that the data folder is there, closed to other users: it holds people's addresses.
 * @throws GatewayError STORAGE_FOLDER_UNWRITABLE
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder')
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error: unknown) {
    throw new GatewayError('STORAGE_FOLDER_UNWRITABLE', `the data folder ${folder} cannot be used: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * Creates an empty file that only its owner can read, where there is none: SQLite would leave it to the
 * umask. Its `-wal` and `-shm` take over the mode. An existing file is not touched: to open and close it
 * here would drop the locks that this process holds on it (POSIX advisory locks).
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw new GatewayError(
      'STORAGE_FOLDER_UNWRITABLE',
      `${path.basename(file)} cannot be created in the data folder: ${messageOf(error)}`,
      { cause: error },
    )
  }
  syncFolder(path.dirname(file))
}

/** A new name is durable only when its folder is. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
