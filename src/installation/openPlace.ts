import { existsSync } from 'node:fs'
import path from 'node:path'
import { newestVersion } from '../database/migration.ts'
import { migrate as migratePostgres, requireSchema as requirePostgres } from '../database/postgres/migrate.ts'
import { migrations as postgresMigrations } from '../database/postgres/migrations/index.ts'
import { fileNames, prepareFolder, requireNoRemains } from '../database/sqlite/folder.ts'
import { type FolderLock, lockFolder } from '../database/sqlite/folderLock.ts'
import { migrate, requireSchema } from '../database/sqlite/migrate.ts'
import { migrations } from '../database/sqlite/migrations/index.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import type { Place } from './place.ts'
import { PostgresPlace } from './postgres/place.ts'
import { SqlitePlace } from './sqlite/place.ts'

/** Of the tables, on either engine. */
export const schemaVersion = newestVersion(migrations)

/** Where an installation is kept. */
export type PlaceAddress =
  | { readonly folder: string }
  /** `postgres://…`, with its password. */
  | { readonly databaseUrl: string; readonly requireDurable: boolean }

/**
 * Opens a place that is there, beside a gateway that may work on it.
 * @param access `read`: nothing in it will be changed
 * @throws GatewayError STORAGE_…
 */
export async function openPlace(address: PlaceAddress, access: 'read' | 'write'): Promise<Place> {
  if ('folder' in address) {
    const file = path.join(address.folder, fileNames.database)
    requireNoRemains(file)
    if (!existsSync(file)) throw new GatewayError('STORAGE_MISSING', `there is no database at ${file}`)
    const place = new SqlitePlace(file, { address: address.folder, access })
    return checked(place, async () => requireSchema(place.connection, migrations))
  }
  // Who only looks makes no promises about what others write.
  const requireDurable = address.requireDurable && access === 'write'
  const place = await PostgresPlace.open(address.databaseUrl, { requireDurable })
  return checked(place, async () => requirePostgres(place.database, postgresMigrations))
}

/**
 * Opens a place to which an installation is to come; makes it where there is none. No gateway starts in a data folder
 * meanwhile: it is locked.
 * @throws GatewayError STORAGE_…
 */
export async function openDestination(address: PlaceAddress): Promise<Place> {
  if ('folder' in address) return openFolder(address.folder)
  const place = await PostgresPlace.open(address.databaseUrl, { requireDurable: address.requireDurable })
  return checked(place, async () => {
    const { error } = await migratePostgres(place.database, postgresMigrations)
    if (error !== null) throw error
  })
}

async function openFolder(folder: string): Promise<Place> {
  prepareFolder(folder)
  const lock = await lockDestination(folder)
  try {
    return await newFile(path.join(folder, fileNames.database), folder, () => lock?.release())
  } catch (error) {
    lock?.release()
    throw error
  }
}

/**
 * null: a gateway holds the lock already, and keeps others out as well. That it does not work here but on PostgreSQL is
 * certain where an installation has left the place or is on its way to it: then nobody starts here.
 */
async function lockDestination(folder: string): Promise<FolderLock | null> {
  try {
    return lockFolder(path.join(folder, fileNames.lock))
  } catch (error) {
    const isLocked = error instanceof GatewayError && error.code === 'STORAGE_LOCKED'
    if (isLocked && (await isNobodysHome(folder))) return null
    throw error
  }
}

async function isNobodysHome(folder: string): Promise<boolean> {
  if (!existsSync(path.join(folder, fileNames.database))) return false
  const place = await openPlace({ folder }, 'read')
  try {
    return await place.look(
      async (look) => (await look.note('moved')) !== null || (await look.note('arrival')) !== null,
    )
  } finally {
    await place.close()
  }
}

/**
 * Opens a database file and brings it up to date; makes it where there is none. Its folder is locked by the caller.
 * @param onClose called after the file is closed
 */
export async function newFile(file: string, address: string, onClose: () => void = () => undefined): Promise<Place> {
  const place = new SqlitePlace(file, { address, access: 'write', onClose })
  return checked(place, async () => {
    const { error } = migrate(place.connection, migrations)
    if (error !== null) throw error
  })
}

async function checked<Opened extends Place>(place: Opened, check: () => Promise<void>): Promise<Opened> {
  try {
    await check()
    return place
  } catch (error) {
    await place.close()
    throw error
  }
}
