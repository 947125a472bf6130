import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { createEmptyFile, foreignOwner, isReadOnlyDisk } from '../privateFile.ts'

/** Names within the data folder. */
export const fileNames = { database: 'civicrm-ses.db', lock: 'lock', key: 'key' } as const

/**
 * Makes sure that the data folder is there, closed to other users.
 * @param access for tests
 * @throws GatewayError STORAGE_FOLDER_UNWRITABLE
 */
export function prepareFolder(folder: string, access = accessSync): void {
  try {
    makeFolder(path.resolve(folder))
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder')
    access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error: unknown) {
    throw unwritable(`the data folder ${folder} cannot be used`, error, foreignOwner(folder))
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
    giveToParentsOwner(folder)
  } catch (error: unknown) {
    // Another process was quicker.
    if (!existsSync(folder)) throw error
  }
}

/** Root makes it for the user to whom the one above belongs, who must not be able to put a link in its place first. */
function giveToParentsOwner(folder: string): void {
  const { uid, gid } = statSync(path.dirname(folder))
  if (process.getuid?.() !== 0 || uid === 0) return
  const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    fchownSync(handle, uid, gid)
  } finally {
    closeSync(handle)
  }
}

/** What SQLite keeps beside a database, and without which it is not whole. */
export const logSuffixes = ['-wal', '-journal'] as const

/** Of a database whose name a restored one takes; `unfinished`: until that one has it. */
export const setAsideSuffixes = { kept: '.before-restore', unfinished: '.unfinished' } as const

/**
 * Where the database is to be kept that was being replaced when that broke off.
 * @throws GatewayError STORAGE_FOLDER_UNWRITABLE
 */
export function unfinishedOf(file: string): string | null {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}${setAsideSuffixes.kept}`]
  const found = namesIn(folder).find((name) => name.startsWith(start) && name.endsWith(setAsideSuffixes.unfinished))
  return found === undefined ? null : path.join(folder, found.slice(0, -setAsideSuffixes.unfinished.length))
}

/** A folder that may not be read could hold anything. @throws GatewayError STORAGE_FOLDER_UNWRITABLE */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw unwritable(`the data folder ${folder} cannot be read`, error, foreignOwner(folder))
  }
}

/** Where there is no database: what is left of the one that was; null: nothing. @throws GatewayError STORAGE_FOLDER_UNWRITABLE */
export function remainsOf(file: string): string | null {
  if (existsSync(file)) return null
  const unfinished = unfinishedOf(file)
  if (unfinished !== null) return `${unfinished}${setAsideSuffixes.unfinished}`
  return logSuffixes.map((suffix) => `${file}${suffix}`).find(hasContent) ?? null
}

/** A log without content is of no database. @throws GatewayError STORAGE_FOLDER_UNWRITABLE */
function hasContent(file: string): boolean {
  try {
    return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
  } catch (error: unknown) {
    throw unwritable(`${path.basename(file)} in the data folder cannot be looked at`, error, '')
  }
}

/**
 * A database that was begun here would be empty, and SQLite would throw away the log of the one that was.
 * @throws GatewayError STORAGE_HALF_REPLACED, STORAGE_FOLDER_UNWRITABLE
 */
export function requireNoRemains(file: string): void {
  const remains = remainsOf(file)
  if (remains !== null)
    throw new GatewayError('STORAGE_HALF_REPLACED', `there is no database at ${file}, but ${path.basename(remains)}`)
}

/**
 * For whoever is to change what is stored.
 * @throws GatewayError STORAGE_MISSING, STORAGE_HALF_REPLACED, STORAGE_FOLDER_UNWRITABLE
 */
export function requireDatabase(file: string): void {
  requireNoRemains(file)
  if (!hasContent(file)) throw new GatewayError('STORAGE_MISSING', `there is no database at ${file}`)
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
    throw unwritable(
      `${path.basename(file)} cannot be created in the data folder`,
      error,
      foreignOwner(path.dirname(file)),
    )
  }
}

const readOnlyHint =
  "The disk can only be read: see how it is mounted, and the system's log for a fault of it. Or name another folder in `dataFolder`."

function unwritable(what: string, cause: unknown, owner: string): GatewayError {
  return new GatewayError('STORAGE_FOLDER_UNWRITABLE', `${what}: ${messageOf(cause)}${owner}`, {
    cause,
    ...(isReadOnlyDisk(cause) ? { hint: readOnlyHint } : {}),
  })
}
