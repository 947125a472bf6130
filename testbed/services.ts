import type { Credentials } from './credentials.ts'
import type { DatabaseAddress } from './database.ts'
import type { Folder } from './folder.ts'
import { startMariadb } from './mariadb.ts'
import type { Ports } from './php.ts'
import { startPhpServer } from './phpServer.ts'
import { TestbedProblem } from './problem.ts'
import { endGroup, isAlive, type ProcessGroup, signalGroup } from './processGroup.ts'
import { hasDatabase, restoreDatabase } from './snapshot.ts'
import { readState, type State, writeState } from './state.ts'

export type ServiceName = 'mariadb' | 'php'

export const serviceNames: readonly ServiceName[] = ['mariadb', 'php']

/**
 * The two servers of one folder. Every method asks the state file, never its own memory: a test that
 * kills PHP and a person at the terminal may act on the same test bed. Callers hold the lock.
 */
export class Services {
  readonly #folder: Folder
  readonly #ports: Ports
  readonly #address: DatabaseAddress
  readonly #credentials: Credentials

  constructor(folder: Folder, ports: Ports, address: DatabaseAddress, credentials: Credentials) {
    this.#folder = folder
    this.#ports = ports
    this.#address = address
    this.#credentials = credentials
  }

  /** Starts the server unless it runs, and returns when it is ready. */
  async start(name: ServiceName): Promise<void> {
    if (isAlive(groupOf(this.#folder, name))) return
    if (name === 'mariadb' && !hasDatabase(this.#folder)) await restoreDatabase(this.#folder)
    const group =
      name === 'mariadb'
        ? await startMariadb(this.#folder, this.#folder.database, this.#address)
        : await startPhpServer(this.#folder, this.#ports, this.#credentials)
    this.#record(name, group.id)
  }

  /** `SIGTERM`: MariaDB shuts down cleanly. `SIGKILL`: the group is gone in the middle of whatever it did. */
  async end(name: ServiceName, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await endGroup(groupOf(this.#folder, name), { signal })
    this.#record(name, undefined)
  }

  /** `SIGSTOP` freezes the server with its connections open, `SIGCONT` lets it go on. */
  freeze(name: ServiceName, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const group = groupOf(this.#folder, name)
    if (!isAlive(group)) throw new TestbedProblem(`${name} does not run`)
    signalGroup(group, signal)
  }

  /** The database as it was seeded; PHP stays up and finds it changed. */
  async reset(): Promise<void> {
    // Its data are thrown away, so there is nothing to shut down cleanly.
    await this.end('mariadb', 'SIGKILL')
    await restoreDatabase(this.#folder)
    await this.start('mariadb')
  }

  #record(name: ServiceName, id: number | undefined): void {
    const groups = { ...readState(this.#folder)?.groups, [name]: id }
    writeState(this.#folder, { ports: this.#ports, groups })
  }
}

export function groupOf(folder: Folder, name: ServiceName, state = readState(folder)): ProcessGroup | undefined {
  const id = state?.groups[name]
  return id === undefined ? undefined : { id, mark: `${folder.root}/` }
}

/** Which of the servers run. */
export function running(folder: Folder, state: State | undefined = readState(folder)): readonly ServiceName[] {
  return serviceNames.filter((name) => isAlive(groupOf(folder, name, state)))
}
