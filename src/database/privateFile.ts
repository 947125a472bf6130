import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** Files of the data folder hold people's addresses and keys: readable for their owner, whatever the umask. */
const ownerOnly = 0o600

/**
 * Creates an empty file where there is none; of several processes that try, one does. An existing file is
 * not touched: to open and close it here would drop the locks that this process holds on it (POSIX).
 */
export function createEmptyFile(file: string): void {
  try {
    const handle = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, ownerOnly)
    try {
      giveToFolderOwner(handle, file)
    } finally {
      closeSync(handle)
    }
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw error
  }
  syncFolder(path.dirname(file))
}

/** Creates a file with this content, whole or not at all; for the one that holds the folder's lock. */
export function createWholeFile(file: string, content: string): void {
  if (existsSync(file)) throw new Error(`${file} exists`)
  replaceWholeFile(file, content)
}

/**
 * Gives a file this content: whoever reads it finds the old one or the new one, also after a crash. Its owner and mode
 * stay as they were, since another user than that of the gateway may do it.
 */
export function replaceWholeFile(file: string, content: string): void {
  const unfinished = `${file}.new`
  const before = statSync(file, { throwIfNoEntry: false })
  // Whoever owns the folder must not be able to lead another user's write elsewhere.
  const flags = constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_NOFOLLOW
  const handle = openSync(unfinished, flags, ownerOnly)
  try {
    if (before === undefined) giveToFolderOwner(handle, file)
    else {
      fchmodSync(handle, before.mode & 0o777)
      if (process.getuid?.() !== before.uid) fchownSync(handle, before.uid, before.gid)
    }
    writeSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(unfinished, file)
  syncFolder(path.dirname(file))
}

/**
 * A command that is run as root, on the folder of the user that runs the gateway, must leave nothing behind that this
 * one cannot open.
 */
function giveToFolderOwner(handle: number, file: string): void {
  const { uid, gid } = statSync(path.dirname(file))
  if (process.getuid?.() === 0 && uid !== 0) fchownSync(handle, uid, gid)
}

/** For a message: whose a file is, where that is somebody else; '' where nobody else's, or it cannot be seen. */
export function foreignOwner(file: string): string {
  const own = process.getuid?.()
  try {
    const { uid } = statSync(file)
    return own === undefined || uid === own ? '' : `; it belongs to user ${uid}, and this is user ${own}`
  } catch {
    return ''
  }
}

/** A disk that was mounted so, or that the system has made so after a fault of it: no other owner helps there. */
export function isReadOnlyDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EROFS'
}

/** A new name is durable only when its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
