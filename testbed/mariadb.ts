import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { canConnect, type DatabaseAddress } from './database.ts'
import type { Folder } from './folder.ts'
import { findProgram } from './packages.ts'
import { databaseName, databaseUser } from './php.ts'
import { host } from './ports.ts'
import { TestbedProblem } from './problem.ts'
import { isAlive, type ProcessGroup, startGroup } from './processGroup.ts'
import { run } from './run.ts'
import { waitUntil } from './waiting.ts'

/** An empty database and its one user, in a data folder of its own. */
export async function createDataFolder(folder: Folder, data: string, password: string): Promise<void> {
  const accounts = folder.file('accounts.sql')
  writeFileSync(
    accounts,
    // The installer runs without grant tables until they are flushed; accounts need them.
    `FLUSH PRIVILEGES;
     CREATE DATABASE ${databaseName} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
     CREATE USER '${databaseUser}'@'${host}' IDENTIFIED BY '${password}';
     GRANT ALL ON ${databaseName}.* TO '${databaseUser}'@'${host}';
    `,
    { mode: 0o600 },
  )
  mkdirSync(data, { recursive: true })
  try {
    await run({
      name: 'mariadb-install-db',
      arguments: [
        '--no-defaults',
        ...userOption(folder),
        `--datadir=${data}`,
        `--extra-file=${accounts}`,
        '--auth-root-authentication-method=socket',
        '--skip-test-db',
        '--skip-name-resolve',
        logFileSize,
      ],
      log: path.join(folder.logs, 'mariadb-install.log'),
    })
  } finally {
    rmSync(accounts)
  }
}

/** InnoDB writes the whole file at once when it makes the folder; the default of 96 MB is for servers. */
const logFileSize = '--innodb-log-file-size=32M'

/** Starts MariaDB on a data folder and returns when it takes connections. */
export async function startMariadb(folder: Folder, data: string, address: DatabaseAddress): Promise<ProcessGroup> {
  const log = path.join(folder.logs, 'mariadb.log')
  const group = await startGroup({
    command: findProgram('mariadbd') ?? 'mariadbd',
    arguments: [
      // First, or it is refused: nothing of the system's configuration applies.
      '--no-defaults',
      ...userOption(folder),
      `--datadir=${data}`,
      `--bind-address=${host}`,
      `--port=${address.port}`,
      // Relative to the data folder: the path of a socket may have no more than 107 bytes.
      '--socket=mariadb.sock',
      '--pid-file=mariadb.pid',
      '--skip-name-resolve',
      '--skip-log-bin',
      '--performance-schema=OFF',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
      '--default-time-zone=+00:00',
      logFileSize,
      // A commit is in the kernel's hands before it is answered: a killed server loses none. Only a
      // failing machine could, and no test pulls that plug.
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-buffer-pool-dump-at-shutdown=OFF',
      '--innodb-buffer-pool-load-at-startup=OFF',
    ],
    folder: folder.root,
    log,
    mark: `${folder.root}/`,
  })
  await waitUntil(
    'MariaDB to take connections',
    async () => {
      if (await canConnect(address)) return true
      if (!isAlive(group)) throw new TestbedProblem(`MariaDB ended at once:\n${lastLines(log)}`)
      return false
    },
    { timeoutMs: 60_000 },
  )
  return group
}

/**
 * MariaDB refuses to run as root unless it is told whom to become. `nobody` owns nothing else here;
 * but in a folder that only root may enter (a clone below /root), nobody could not reach the data,
 * and then it stays root, on the loopback interface and with one user.
 */
export function serverUser(folder: Folder): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  return othersMayEnter(folder.root) ? 'nobody' : 'root'
}

function userOption(folder: Folder): readonly string[] {
  const user = serverUser(folder)
  return user === undefined ? [] : [`--user=${user}`]
}

function othersMayEnter(folder: string): boolean {
  accessSync(folder, constants.F_OK)
  const parent = path.dirname(folder)
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || othersMayEnter(parent))
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n')
}
