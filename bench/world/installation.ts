import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { systemClock } from '../../src/clock.ts'
import { openStore, type StoreOptions } from '../../src/compose/openStore.ts'
import type { Store } from '../../src/compose/store.ts'
import { createKeyFile } from '../../src/settings/keyFile.ts'
import type { Site } from '../../src/settings/site.ts'
import type { SigningIdentity } from '../../src/simulator/certificate.ts'
import { openSigningIdentity } from '../../src/simulator/identityFile.ts'
import { regionOfArn } from '../../src/simulator/region.ts'
import { topic } from './site.ts'

/** A gateway's folder, as its administrator prepares it, and an SNS whose signatures it accepts. */
export interface Installation {
  readonly configFile: string
  readonly dataFolder: string
  readonly certificatesFolder: string
  readonly certificateFile: string
  /** Signs as SNS, as far as this gateway can tell. */
  readonly identity: SigningIdentity
  /** Of all instances on one PostgreSQL; null: the folder's own. */
  readonly keyFile: string | null
  readonly openStore: (access: StoreOptions['access']) => Promise<Store>
}

export interface InstallationParts {
  readonly folder: string
  /** null: SQLite in the folder. */
  readonly databaseUrl: string | null
  readonly site: Site
  readonly apiKey?: string | null
  /** Of another installation with the same database, whose key and certificate this one shares. */
  readonly beside?: Installation
}

export async function install(parts: InstallationParts): Promise<Installation> {
  const { folder, databaseUrl, site, apiKey = null, beside } = parts
  const certificatesFolder = path.join(folder, 'certificates')
  await mkdir(certificatesFolder, { recursive: true })
  // Where the simulator looks for it too.
  const identity = await openSigningIdentity({
    identityFile: `${beside?.certificatesFolder ?? certificatesFolder}.key`,
    certificatesFolder,
    region: regionOfArn(topic),
    now: systemClock.now(),
  })
  const certificateFile = path.join(certificatesFolder, identity.fileName)
  const dataFolder = path.join(folder, 'data')
  const keyFile = beside?.keyFile ?? (databaseUrl === null ? null : path.join(folder, 'key'))
  const configFile = path.join(folder, 'civicrm-ses.yaml')
  const database = databaseUrl === null ? {} : { databaseUrl, keyFile }
  await writeFile(
    configFile,
    stringify({
      dataFolder,
      certificatesFolder,
      listen: { port: 0 },
      logLevel: 'info',
      minimumFreeMiB: 0,
      ...database,
    }),
  )
  const open = async (access: StoreOptions['access']): Promise<Store> =>
    openStore({ folder: dataFolder, databaseUrl, keyFile, clock: systemClock, access })
  if (beside === undefined) {
    if (keyFile !== null) createKeyFile(keyFile)
    const store = await open('own')
    await store.settings.saveSite(site)
    if (apiKey !== null) await store.settings.saveSecret(site.id, 'apiKey', apiKey)
    await store.close()
  }
  return { configFile, dataFolder, certificatesFolder, certificateFile, identity, keyFile, openStore: open }
}
