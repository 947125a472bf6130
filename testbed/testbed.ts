import type { Connection } from 'mysql2/promise'
import { type Credentials, keepCredentials } from './credentials.ts'
import { type DatabaseAddress, type Parameter, query, type Row, withConnection } from './database.ts'
import { isBuilt } from './fingerprint.ts'
import { chooseFolder, type Folder, makeFolder } from './folder.ts'
import { withLock } from './lock.ts'
import { requirePackages } from './packages.ts'
import { databaseName, databaseUser, type Ports, siteUrl } from './php.ts'
import { choosePort, host } from './ports.ts'
import { type Progress, silent, TestbedProblem } from './problem.ts'
import { endGroup } from './processGroup.ts'
import { type NewContact, type Recipient, seedContact, seedMailing } from './seed.ts'
import {
  queueRowSchema,
  type SeededContact,
  type SeededMailing,
  type SeededPerson,
  type SeededQueueRow,
  type SeededWorld,
} from './seeded.ts'
import { groupOf, running, serviceNames, Services } from './services.ts'
import { buildSite, siteFingerprint } from './site.ts'
import { buildSnapshot, readSeededWorld, snapshotFingerprint } from './snapshot.ts'
import { readState, writeState } from './state.ts'

export interface TestbedOptions {
  /** Default: CIVICRM_SES_TESTBED, else `.testbed` in the repository. */
  readonly folder?: string | undefined
  readonly webPort?: number | undefined
  readonly databasePort?: number | undefined
  readonly say?: Progress
}

/**
 * Builds what is not built, starts what does not run, and returns the test bed. Quick where nothing
 * has changed since the last time.
 *
 * @throws TestbedProblem with a hint, e.g. where system packages are missing
 */
export async function startTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const folder = chooseFolder(options.folder)
  const say = options.say ?? silent
  requirePackages()
  return withLock(folder, async () => {
    const credentials = keepCredentials(folder)
    const sitePrint = await siteFingerprint()
    const snapshotPrint = await snapshotFingerprint(folder, sitePrint, credentials)
    const upToDate = isBuilt(folder.site, sitePrint) && isBuilt(folder.snapshot, snapshotPrint)
    const before = readState(folder)
    if (before !== undefined && upToDate && running(folder, before).length === serviceNames.length)
      return new Testbed(folder, before.ports, credentials)

    // Half a test bed (PHP killed by hand, say), or one of older sources, gives way and frees its ports.
    for (const name of serviceNames) await endGroup(groupOf(folder, name, before), { signal: 'SIGTERM' })
    const ports = {
      web: await choosePort(options.webPort, before?.ports.web),
      database: await choosePort(options.databasePort, before?.ports.database),
    }
    writeState(folder, { ports, groups: {} })

    const address = databaseAddress(ports, credentials)
    await buildSite(folder, sitePrint, say)
    await buildSnapshot(folder, snapshotPrint, { ports, address, credentials }, say)
    const services = new Services(folder, ports, address, credentials)
    for (const name of serviceNames) {
      say(`starting ${name}`)
      await services.start(name)
    }
    return new Testbed(folder, ports, credentials)
  })
}

/**
 * The test bed that runs already, for tests and tools.
 *
 * @throws TestbedProblem that says how to start one
 */
export function connectTestbed(options: Pick<TestbedOptions, 'folder'> = {}): Testbed {
  const folder = chooseFolder(options.folder)
  const state = readState(folder)
  if (state === undefined || running(folder, state).length === 0)
    throw new TestbedProblem(
      `no test bed runs in ${folder.root}`,
      'Run `npm run testbed -- --keep` first; it builds and starts one.',
    )
  return new Testbed(folder, state.ports, keepCredentials(folder))
}

/** Ends whatever runs in the folder. False where nothing did. */
export async function stopTestbed(options: Pick<TestbedOptions, 'folder'> = {}): Promise<boolean> {
  const folder = chooseFolder(options.folder)
  makeFolder(folder)
  return withLock(folder, async () => {
    const state = readState(folder)
    const ran = running(folder, state)
    for (const name of ran.toReversed()) await endGroup(groupOf(folder, name, state), { signal: 'SIGTERM' })
    if (state !== undefined) writeState(folder, { ...state, groups: {} })
    return ran.length > 0
  })
}

/**
 * A real CiviCRM and its database, with what a test may do to them. Addresses and keys stay the same
 * through every fault and every restart.
 */
export class Testbed {
  /** CiviCRM's address, without a slash at its end. */
  readonly url: string
  /** Of the role with only the permissions that the gateway needs. */
  readonly apiKey: string
  readonly adminApiKey: string
  /** The administrator's login for the pages is `admin` with this password. */
  readonly adminPassword: string
  readonly siteKey: string
  readonly database: DatabaseAddress
  readonly folder: string
  /** What was seeded, by name; tests that change these people spoil them for others until the next reset. */
  readonly world: SeededWorld
  readonly #folder: Folder
  readonly #services: Services

  constructor(folder: Folder, ports: Ports, credentials: Credentials) {
    this.url = siteUrl(ports)
    this.apiKey = credentials.apiKey
    this.adminApiKey = credentials.adminApiKey
    this.adminPassword = credentials.adminPassword
    this.siteKey = credentials.siteKey
    this.database = databaseAddress(ports, credentials)
    this.folder = folder.root
    this.world = readSeededWorld(folder)
    this.#folder = folder
    this.#services = new Services(folder, ports, this.database, credentials)
  }

  /** Someone seeded, by the name that php/seed.php gives. */
  person(name: string): SeededPerson {
    const person = this.world.people[name]
    if (person === undefined) throw new TestbedProblem(`nobody was seeded as '${name}'`)
    return person
  }

  /** Someone seeded who got a mailing. */
  recipient(name: string): SeededQueueRow {
    return queueRowSchema.parse(this.person(name))
  }

  /** The database as an URL, with its password. */
  get dsn(): string {
    const { user, password, port, name } = this.database
    return `mysql://${user}:${password}@${host}:${port}/${name}`
  }

  /** Rows as they stand in CiviCRM's tables; `?` stands for a parameter. */
  async sql(statement: string, parameters: readonly Parameter[] = []): Promise<readonly Row[]> {
    return query(this.database, statement, parameters)
  }

  /** A connection of its own for the time of `work`, e.g. to hold a row locked. */
  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return withConnection(this.database, work)
  }

  /** A mailing that was sent to fresh contacts, or to existing ones; see seed.ts. */
  async seedMailing(mailing: {
    readonly recipients: readonly Recipient[]
    readonly name?: string
  }): Promise<SeededMailing> {
    return seedMailing(this.database, mailing)
  }

  /** A contact with an address and no queue row. */
  async seedContact(contact: NewContact): Promise<SeededContact> {
    return seedContact(this.database, contact)
  }

  /** Everything that happened since the seeding is gone. */
  async reset(): Promise<void> {
    await this.#locked(() => this.#services.reset())
  }

  /** A clean shutdown, as for an upgrade. */
  async stopDatabase(): Promise<void> {
    await this.#locked(() => this.#services.end('mariadb', 'SIGTERM'))
  }

  /** As by a crash: it recovers from its log at the next start. */
  async killDatabase(): Promise<void> {
    await this.#locked(() => this.#services.end('mariadb', 'SIGKILL'))
  }

  async startDatabase(): Promise<void> {
    await this.#locked(() => this.#services.start('mariadb'))
  }

  /** The server and its workers at once, in the middle of their requests. */
  async killPhp(): Promise<void> {
    await this.#locked(() => this.#services.end('php', 'SIGKILL'))
  }

  async startPhp(): Promise<void> {
    await this.#locked(() => this.#services.start('php'))
  }

  /** Frozen: connections are taken and nothing is answered, until resumed. */
  async freezePhp(): Promise<void> {
    await this.#locked(() => this.#services.freeze('php', 'SIGSTOP'))
  }

  async resumePhp(): Promise<void> {
    await this.#locked(() => this.#services.freeze('php', 'SIGCONT'))
  }

  /** Ends both servers. */
  async stop(): Promise<void> {
    await stopTestbed({ folder: this.folder })
  }

  async #locked(work: () => Promise<void> | void): Promise<void> {
    await withLock(this.#folder, async () => work())
  }
}

function databaseAddress(ports: Ports, credentials: Credentials): DatabaseAddress {
  return { host, port: ports.database, user: databaseUser, password: credentials.databasePassword, name: databaseName }
}
