import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { freePort } from './freePort.ts'

/** Where Debian and its kin install the server; each version in a folder of its own. */
const debianFolder = '/usr/lib/postgresql'

/** The folder of the newest `initdb` and `postgres` of this machine, null where there are none. */
export function findPostgres(): string | null {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).map(Number) : []
  const candidates = [
    ...versions.toSorted((a, b) => b - a).map((version) => path.join(debianFolder, String(version), 'bin')),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ]
  return (
    candidates.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name)))) ?? null
  )
}

export interface ServerOptions {
  /** With disk syncs, as a server is to be run; most tests have nothing to say of power cuts. @default false */
  readonly durable?: boolean
  /** Further settings, as `-c` takes them. */
  readonly settings?: Readonly<Record<string, string>>
  /** Where it lies, or is to lie; the server's own user must be able to get there. @default a new temporary folder */
  readonly folder?: string
}

/** A PostgreSQL server in a folder and on a loopback port of its own. */
export class PostgresServer {
  readonly folder: string
  readonly port: number
  readonly #bin: string
  readonly #settings: Readonly<Record<string, string>>
  #process: ChildProcess | null = null

  private constructor(bin: string, port: number, { folder, settings }: Required<Omit<ServerOptions, 'durable'>>) {
    this.#bin = bin
    this.port = port
    this.folder = folder
    this.#settings = settings
  }

  /**
   * Starts one: a new one, or on the data that an earlier one left in the folder.
   * @throws Error where the machine has no PostgreSQL, or it does not start
   */
  static async create({ durable = false, settings = {}, folder }: ServerOptions = {}): Promise<PostgresServer> {
    const bin = findPostgres()
    if (bin === null) throw new Error('there is no PostgreSQL server on this machine (apt-get install postgresql)')
    const unsafe = durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
    const server = new PostgresServer(bin, await freePort(), {
      folder: folder ?? mkdtempSync(path.join(tmpdir(), 'civicrm-ses-postgres-')),
      settings: { ...unsafe, ...settings },
    })
    if (!existsSync(server.#data)) server.#initialize()
    await server.start()
    return server
  }

  /** Everybody who reaches the port is let in as the superuser: it is on loopback and holds nothing. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`
  }

  /** Starts it on what it has; resolves when it takes connections. */
  async start(): Promise<void> {
    const settings = {
      unix_socket_directories: this.folder,
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      max_connections: '200',
      ...this.#settings,
    }
    const values = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const [command = '', ...args] = endingWithUs([path.join(this.#bin, 'postgres'), '-D', this.#data, ...values])
    const started = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder, ...serverUser() })
    let said = ''
    started.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4000)
    })
    this.#process = started
    for (let attempt = 0; !(await this.#answers()); attempt += 1) {
      if (started.exitCode !== null || attempt === 400) throw new Error(`PostgreSQL did not start: ${said}`)
      await new Promise((resolve) => {
        setTimeout(resolve, 50)
      })
    }
  }

  /** `fast` breaks off what is under way and closes in order; `immediate` is a crash. The data stay. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const running = this.#process
    this.#process = null
    if (running === null || running.exitCode !== null) return
    const ended = new Promise((resolve) => {
      running.once('exit', resolve)
    })
    running.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await ended
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    await this.stop('immediate')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async createDatabase(name: string, template?: string): Promise<void> {
    await this.admin(`CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template}`}`)
  }

  /** Runs one statement as the superuser, outside of every transaction. */
  async admin(sql: string): Promise<readonly unknown[]> {
    return runAdmin(this.url(), sql)
  }

  get #data(): string {
    return path.join(this.folder, 'data')
  }

  #initialize(): void {
    mkdirSync(this.folder, { recursive: true })
    const user = serverUser()
    if (user.uid !== undefined && user.gid !== undefined) chownSync(this.folder, user.uid, user.gid)
    const run = spawnSync(
      path.join(this.#bin, 'initdb'),
      ['-D', this.#data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
      { encoding: 'utf8', cwd: this.folder, ...user },
    )
    if (run.status !== 0) throw new Error(`initdb failed: ${run.stderr}`)
  }

  async #answers(): Promise<boolean> {
    try {
      await this.admin('SELECT 1')
      return true
    } catch {
      return false
    }
  }
}

/** One statement on a connection of its own. */
export async function runAdmin(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query<object>(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made, or as nobody. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const user = ['postgres', 'nobody'].map((name) => users.find((line) => line.startsWith(`${name}:`)))
  const [, , uid, gid] = (user.find((line) => line !== undefined) ?? '').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/**
 * Makes the kernel end the server with this process, however that ends (kill -9, a terminal that is closed);
 * where there is no setpriv, only an orderly end does.
 */
function endingWithUs(command: readonly string[]): readonly string[] {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'INT', ...command] : command
}
