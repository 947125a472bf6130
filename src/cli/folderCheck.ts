import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Problem } from '../config/problems.ts'
import type { Risk } from '../config/risk.ts'
import type { Config } from '../config/schema.ts'
import { foreignOwner, isReadOnlyDisk } from '../database/privateFile.ts'
import { fileNames } from '../database/sqlite/folder.ts'
import { messageOf } from '../errors/gatewayError.ts'
import { freeBytes } from '../ops/disk.ts'

/**
 * Why a gateway of this user would be refused for its folders.
 * @param access for tests
 */
export function folderProblems(config: Config, access = accessSync): readonly Problem[] {
  const { dataFolder, certificatesFolder } = config
  const problems: Problem[] = []
  const add = (setting: string, message: string): void => void problems.push({ line: null, setting, message })
  if (existsSync(dataFolder) && !statSync(dataFolder).isDirectory()) add('dataFolder', `${dataFolder} is no folder`)
  else {
    const { R_OK, W_OK, X_OK } = constants
    const [refused] = ownFiles(config).flatMap(({ name, isFolder }) => {
      const error = refusal(() => access(name, R_OK | W_OK | (isFolder ? X_OK : 0)))
      return error === null ? [] : [{ name, error }]
    })
    if (refused !== undefined)
      add(
        'dataFolder',
        isReadOnlyDisk(refused.error)
          ? `${refused.name} is on a disk that can only be read. See how it is mounted, and the system's log for a fault of it`
          : `${refused.name} may not be read and written by this user${foreignOwner(refused.name)}. Give the folder, with ` +
              'all that is in it, to the user that runs the gateway (chown -R), and run the commands as that user',
      )
  }
  if (certificatesFolder !== null && !existsSync(certificatesFolder))
    add('certificatesFolder', `${certificatesFolder} does not exist`)
  return problems
}

/** Files that somebody else than the user of the folder has left in it: root, most likely, to whom nothing is refused. */
export function folderRisks(config: Config): readonly Risk[] {
  const owner = ownerOf(config.dataFolder)
  return ownFiles(config)
    .filter(({ name }) => owner !== null && ![null, owner].includes(ownerOf(name)))
    .map(({ name }) => ({
      about: 'dataFolder',
      message: `${name} belongs to another user than the folder: a gateway that runs as the folder's is not started`,
    }))
}

/** Whether a gateway would take nothing on at this moment. Where there is no folder yet, its disk is that of the nearest. */
export async function diskRisks({ dataFolder, databaseUrl, minimumFreeMiB }: Config): Promise<readonly Risk[]> {
  if (databaseUrl !== null) return []
  let folder = dataFolder
  while (!existsSync(folder)) folder = path.dirname(folder)
  const freeMiB = Math.floor((await freeBytes(folder)) / (1024 * 1024))
  if (freeMiB >= minimumFreeMiB) return []
  const message = `${freeMiB} MiB are free on the disk of ${dataFolder}: as long as it is less than ${minimumFreeMiB}, every notification is answered 503`
  return [{ about: 'minimumFreeMiB', message }]
}

function ownFiles({
  dataFolder,
  databaseUrl,
}: Config): readonly { readonly name: string; readonly isFolder: boolean }[] {
  const names = [fileNames.lock, ...(databaseUrl === null ? [fileNames.database, `${fileNames.database}-wal`] : [])]
  const files = names.map((name) => ({ name: path.join(dataFolder, name), isFolder: false }))
  return [{ name: dataFolder, isFolder: true }, ...files]
}

/** null also where it is not there: then it can be made, or not, which is for the folder to say. */
function refusal(access: () => void): unknown {
  try {
    access()
    return null
  } catch (error: unknown) {
    return /ENOENT|ENOTDIR/.test(messageOf(error)) ? null : error
  }
}

function ownerOf(file: string): number | null {
  try {
    return statSync(file).uid
  } catch {
    return null
  }
}
