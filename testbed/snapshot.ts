import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Credentials } from './credentials.ts'
import type { DatabaseAddress } from './database.ts'
import { fingerprint, isBuilt, markBuilt } from './fingerprint.ts'
import { type Folder, phpSources } from './folder.ts'
import { createDataFolder, serverUser, startMariadb } from './mariadb.ts'
import { findProgram } from './packages.ts'
import { phpEnvironment, phpOptions, type Ports } from './php.ts'
import type { Progress } from './problem.ts'
import { endGroup } from './processGroup.ts'
import { run } from './run.ts'
import { type SeededWorld, worldSchema } from './seeded.ts'
import { clearInstallation } from './site.ts'

/** What an installed and seeded database is made from. */
export async function snapshotFingerprint(
  folder: Folder,
  sitePrint: string,
  credentials: Credentials,
): Promise<string> {
  return fingerprint({
    files: ['install.php', 'seed.php'].map((name) => path.join(phpSources, name)),
    facts: [
      sitePrint,
      await run({ name: findProgram('mariadbd') ?? 'mariadbd', arguments: ['--version'] }),
      JSON.stringify(credentials),
      // The installation knows where it lies, and the data belong to the user who serves them.
      folder.root,
      serverUser(folder) ?? 'self',
    ],
  })
}

/**
 * Installs CiviCRM into a fresh database, seeds it, shuts the database down and keeps its folder: the
 * state to which every start from nothing and every reset return. Does nothing where it is there already.
 */
export async function buildSnapshot(
  folder: Folder,
  print: string,
  build: { readonly ports: Ports; readonly address: DatabaseAddress; readonly credentials: Credentials },
  say: Progress,
): Promise<void> {
  if (isBuilt(folder.snapshot, print)) return

  const fresh = folder.file('snapshot.new')
  const data = path.join(fresh, 'database')
  for (const old of [fresh, folder.snapshot, folder.database]) rmSync(old, { recursive: true, force: true })
  clearInstallation(folder.site)

  say('making a database')
  await createDataFolder(folder, data, build.credentials.databasePassword)
  const server = await startMariadb(folder, data, build.address)
  try {
    say('installing CiviCRM')
    await runScript(folder, build, 'install.php', [])
    say('seeding')
    await runScript(folder, build, 'seed.php', [path.join(fresh, 'seeded.json')])
  } finally {
    await endGroup(server, { signal: 'SIGTERM' })
  }
  markBuilt(fresh, print)
  renameSync(fresh, folder.snapshot)
}

/** Live data as the snapshot has them. MariaDB must not be running on them. */
export async function restoreDatabase(folder: Folder): Promise<void> {
  const copy = `${folder.database}.new`
  rmSync(copy, { recursive: true, force: true })
  // `cp` keeps the owner, and shares the blocks where the file system can.
  await run({ name: 'cp', arguments: ['-a', '--reflink=auto', path.join(folder.snapshot, 'database'), copy] })
  rmSync(folder.database, { recursive: true, force: true })
  renameSync(copy, folder.database)
}

export function hasDatabase(folder: Folder): boolean {
  return existsSync(folder.database)
}

/** What the seeding has made. */
export function readSeededWorld(folder: Folder): SeededWorld {
  return worldSchema.parse(JSON.parse(readFileSync(path.join(folder.snapshot, 'seeded.json'), 'utf8')))
}

async function runScript(
  folder: Folder,
  build: { readonly ports: Ports; readonly credentials: Credentials },
  name: string,
  parameters: readonly string[],
): Promise<void> {
  await run({
    name: 'php',
    // An absolute path: the installer takes a relative one for a wrong base URL.
    arguments: [...phpOptions(folder, 'script'), path.join(phpSources, name), ...parameters],
    folder: folder.site,
    environment: phpEnvironment(folder, build.ports, build.credentials),
    log: path.join(folder.logs, `${name}.log`),
  })
}
