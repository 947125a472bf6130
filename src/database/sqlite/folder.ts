import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { createEmptyFile } from '../privateFile.ts'

/** Names within the data folder. */
export const fileNames = { database: 'civicrm-ses.db', lock: 'lock', key: 'key' } as const

/**
 * Makes sure that the data folder is there, closed to other users.
 * @throws GatewayError STORAGE_FOLDER_UNWRITABLE
 */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(path.resolve(folder))
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder')
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error: unknown) {
    throw unwritable(`the data folder ${folder} cannot be used`, error)
  }
}

/**
 * Makes a folder and those above it, one by one: Node's own recursive way goes on for ever where the system
 * says of an existing folder that it is not there (below /proc).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(path.dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error: unknown) {
    // Another process was quicker.
    if (!existsSync(folder)) throw error
  }
}

/**
 * Creates the file of a database where there is none, since SQLite would leave its mode to the umask. Its
 * `-wal` and `-shm` take over the mode.
 *
 * @throws GatewayError STORAGE_FOLDER_UNWRITABLE
 */
export function createDatabaseFile(file: string): void {
  try {
    createEmptyFile(file)
  } catch (error: unknown) {
    throw unwritable(`${path.basename(file)} cannot be created in the data folder`, error)
  }
}

function unwritable(what: string, cause: unknown): GatewayError {
  return new GatewayError('STORAGE_FOLDER_UNWRITABLE', `${what}: ${messageOf(cause)}`, { cause })
}
