import path from 'node:path'
import type { Clock } from '../clock.ts'
import { isAnswered } from '../control/isAnswered.ts'
import { socketPath } from '../control/socketPath.ts'
import { fileNames, prepareFolder } from '../database/sqlite/folder.ts'
import { type FolderLock, lockFolder } from '../database/sqlite/folderLock.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import { openPostgresStore } from './postgresStore.ts'
import { openSqliteStore } from './sqliteStore.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  readonly folder: string
  /** Of a PostgreSQL database; null: SQLite in the folder. @default null */
  readonly databaseUrl?: string | null
  /** null: the key lies in the folder, and is made where there is none. */
  readonly keyFile: string | null
  readonly clock: Clock
  /**
   * `own`: by the gateway of this folder, which is locked against every other; created and migrated. `read`: beside
   * whoever owns it; nothing is created or migrated, and in SQLite nothing changed.
   */
  readonly access: 'own' | 'read'
  /** OFF only for the test which shows that another one notices it. @default 'FULL' */
  readonly synchronous?: 'FULL' | 'OFF'
  /** False takes a PostgreSQL server that answers before a commit is on its disk. @default true */
  readonly requireDurable?: boolean
}

/**
 * The store of a gateway, which is of no use without the key of the secrets in it; commands are, and mend that.
 * @throws GatewayError STORAGE_…, SECRET_KEY_…: nothing stays open then
 */
export async function openGatewayStore(options: Omit<StoreOptions, 'access'>): Promise<Store> {
  const store = await openStore({ ...options, access: 'own' })
  try {
    store.settings.requireKey()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** @throws GatewayError STORAGE_… */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { folder, databaseUrl = null, keyFile, clock, access, synchronous = 'FULL', requireDurable = true } = options
  const lock = access === 'own' ? await ownFolder(folder) : null
  const key = { file: keyFile ?? path.join(folder, fileNames.key), create: keyFile === null }
  try {
    const store =
      databaseUrl === null
        ? await openSqliteStore({ file: path.join(folder, fileNames.database), key, clock, access, synchronous })
        : await openPostgresStore({ url: databaseUrl, key, clock, access, requireDurable })
    const close = async (): Promise<void> => {
      await store.close()
      lock?.release()
    }
    return { ...store, close }
  } catch (error) {
    lock?.release()
    throw error
  }
}

/**
 * A lock file is easily taken for a stale one and removed, and the lock of a running gateway goes with it: two would
 * work off one inbox then, and each do what the other has begun. That gateway still answers its commands.
 * @throws GatewayError STORAGE_LOCKED, STORAGE_FOLDER_UNWRITABLE
 */
async function ownFolder(folder: string): Promise<FolderLock> {
  prepareFolder(folder)
  const lock = lockFolder(path.join(folder, fileNames.lock))
  const socket = socketPath(folder)
  if (!(await isAnswered(socket))) return lock
  lock.release()
  const what = `another gateway uses the data folder: it answers at ${socket}, although its lock file was removed`
  throw new GatewayError('STORAGE_LOCKED', what)
}
