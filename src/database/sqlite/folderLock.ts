import { DatabaseSync } from 'node:sqlite'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { foreignOwner } from '../privateFile.ts'
import { resultCode, resultCodeOf } from './fault.ts'
import { createDatabaseFile } from './folder.ts'

/** Held until released or until the process ends, in whatever way. */
export interface FolderLock {
  release(): void
}

/**
 * Locks a data folder against a second gateway. The lock is a second, empty SQLite file in an exclusive
 * transaction that never ends: an advisory lock of the operating system, which goes with its process, so
 * that after `kill -9` nobody has to remove anything. Not the database's own lock, since commands read
 * the database beside a running gateway.
 *
 * Danger: POSIX drops such a lock as soon as the process closes any other handle on the same file.
 * Nothing in this process may open the lock file.
 *
 * @throws GatewayError STORAGE_LOCKED, STORAGE_FOLDER_UNWRITABLE
 */
export function lockFolder(file: string): FolderLock {
  createDatabaseFile(file)
  let connection: DatabaseSync | null = null
  try {
    connection = new DatabaseSync(file, { timeout: 0 })
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error: unknown) {
    connection?.close()
    if (resultCodeOf(error) === resultCode.BUSY)
      throw new GatewayError('STORAGE_LOCKED', `another gateway uses the data folder (${file} is locked)`)
    const what = `${file} cannot be locked: ${messageOf(error)}${foreignOwner(file)}`
    throw new GatewayError('STORAGE_FOLDER_UNWRITABLE', what, { cause: error })
  }
  const held = connection
  return {
    release: () => {
      if (held.isOpen) held.close()
    },
  }
}
