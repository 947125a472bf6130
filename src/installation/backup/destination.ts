import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { fileNames, prepareFolder, remainsOf } from '../../database/sqlite/folder.ts'
import { lockFolder } from '../../database/sqlite/folderLock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { newFile, openDestination, type PlaceAddress } from '../openPlace.ts'
import type { Place } from '../place.ts'
import { tables } from '../tables.ts'
import { takeName } from './takeName.ts'

/** Where a backup is restored. */
export interface RestoreDestination {
  readonly place: Place
  /** @see RestoreOptions.atOnce */
  readonly atOnce: boolean
  /** Puts what was restored in its place. @returns where that went which was there before; null: nothing was, or it is gone */
  finish(): Promise<string | null>
  /** Also after `finish`. Without it everything is as it was before. */
  close(): Promise<void>
}

/**
 * Nobody may work on the place. In a data folder the backup goes into a file beside the database, which takes its name
 * at the end: so the old one is there until the new one is whole. In PostgreSQL one transaction does it.
 * @param replace even where it holds something
 * @throws GatewayError RESTORE_NOT_EMPTY, RESTORE_IN_USE, STORAGE_…
 */
export async function openRestoreDestination(address: PlaceAddress, replace: boolean): Promise<RestoreDestination> {
  return 'folder' in address ? openFolder(address.folder, replace) : openServer(address, replace)
}

async function openServer(address: PlaceAddress, replace: boolean): Promise<RestoreDestination> {
  const place = await openDestination(address)
  try {
    const living = await place.livingInstances()
    if (living.length > 0) throw new GatewayError('RESTORE_IN_USE', `on ${place.address} runs ${living.join(', ')}`)
    if (!replace) await requireEmpty(place)
  } catch (error) {
    await place.close()
    throw error
  }
  return { place, atOnce: true, finish: async () => null, close: async () => place.close() }
}

async function openFolder(folder: string, replace: boolean): Promise<RestoreDestination> {
  prepareFolder(folder)
  const lock = lockRestored(folder)
  const file = path.join(folder, fileNames.database)
  const beside = `${file}.restoring`
  try {
    if (!replace) await requireNothing(file, folder)
    await removeDatabase(beside)
    const place = await newFile(beside, folder)
    return {
      place,
      atOnce: false,
      finish: async () => {
        // Closed, it has no log beside it any more: the file alone is all.
        await place.close()
        return takeName(beside, file)
      },
      close: async () => {
        await place.close()
        await removeDatabase(beside)
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function lockRestored(folder: string): ReturnType<typeof lockFolder> {
  try {
    return lockFolder(path.join(folder, fileNames.lock))
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'STORAGE_LOCKED') throw error
    throw new GatewayError('RESTORE_IN_USE', `a gateway runs on ${folder}`, { cause: error })
  }
}

/** @throws GatewayError RESTORE_NOT_EMPTY */
async function requireNothing(file: string, folder: string): Promise<void> {
  if (existsSync(file)) return requireEmptyFile(file, folder)
  const remains = remainsOf(file)
  if (remains !== null)
    throw new GatewayError('RESTORE_NOT_EMPTY', `${remains} is a part of the database that was there`)
}

/** @throws GatewayError RESTORE_NOT_EMPTY; also for one that cannot be read, which may hold something */
async function requireEmptyFile(file: string, folder: string): Promise<void> {
  let place: Place
  try {
    place = await newFile(file, folder)
  } catch (error) {
    throw new GatewayError('RESTORE_NOT_EMPTY', `${folder} has a database that cannot be read`, { cause: error })
  }
  try {
    await requireEmpty(place)
  } finally {
    await place.close()
  }
}

async function requireEmpty(place: Place): Promise<void> {
  await place.look(async (look) => {
    for (const name of ['arrival', 'moved'] as const)
      if ((await look.note(name)) !== null)
        throw new GatewayError('RESTORE_NOT_EMPTY', `${place.address} has a part in a move`)
    for (const table of tables)
      if (!(await look.isEmpty(table)))
        throw new GatewayError('RESTORE_NOT_EMPTY', `${place.address} has rows in its table ${table.name}`)
  })
}

const suffixes = ['', '-wal', '-shm', '-journal'] as const

async function removeDatabase(file: string): Promise<void> {
  for (const suffix of suffixes) await rm(`${file}${suffix}`, { force: true })
}
