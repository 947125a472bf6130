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
    closeSync(openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, ownerOnly))
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
  const handle = openSync(unfinished, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY, ownerOnly)
  try {
    if (before !== undefined) {
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

/** A new name is durable only when its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
