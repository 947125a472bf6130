import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import type { Home } from './outside.ts'

/** Nothing is removed, and so nothing but the operation changes what is there. */
const keepAll = {
  rawMessages: 'never',
  opensAndClicks: 'never',
  facts: 'never',
  addresses: 'never',
  messageKeys: 'never',
  ledger: 'never',
}

export interface Configuration {
  readonly home: Home
  readonly port: number
  /** Ages by kind. @default everything is kept */
  readonly retention?: Readonly<Record<string, unknown>> | undefined
}

/** What lies in the folder of a run, and where. */
export class RunFolder {
  readonly path: string

  constructor(folder: string) {
    this.path = folder
    mkdirSync(this.certificates, { recursive: true })
  }

  get dataFolder(): string {
    return path.join(this.path, 'data')
  }

  get isFilled(): boolean {
    return existsSync(path.join(this.dataFolder, 'civicrm-ses.db'))
  }

  /** Stays where it is when everything else moves. */
  get keyFile(): string {
    return path.join(this.dataFolder, 'key')
  }

  get certificates(): string {
    return path.join(this.path, 'certificates')
  }

  get postgres(): string {
    return path.join(this.path, 'postgres')
  }

  get configFile(): string {
    return path.join(this.path, 'civicrm-ses.yaml')
  }

  /** Where the installation is, also for a later run. */
  get engine(): 'folder' | 'postgres' {
    return existsSync(this.#engineFile) && readFileSync(this.#engineFile, 'utf8') === 'postgres' ? 'postgres' : 'folder'
  }

  set engine(name: 'folder' | 'postgres') {
    writeFileSync(this.#engineFile, name)
  }

  writeConfig({ home, port, retention = keepAll }: Configuration): void {
    const place = 'databaseUrl' in home ? { databaseUrl: home.databaseUrl } : {}
    writeFileSync(
      this.configFile,
      stringify({
        dataFolder: this.dataFolder,
        keyFile: this.keyFile,
        certificatesFolder: this.certificates,
        listen: { port },
        minimumFreeMiB: 0,
        retention,
        ...place,
      }),
    )
  }

  get #engineFile(): string {
    return path.join(this.path, 'engine')
  }
}
