import path from 'node:path'
import type { Credentials } from './credentials.ts'
import type { Folder } from './folder.ts'
import { systemPhpLibraries } from './packages.ts'
import { host } from './ports.ts'

export interface Ports {
  readonly web: number
  readonly database: number
}

export const databaseName = 'civicrm'
export const databaseUser = 'civicrm'

/**
 * Options for every PHP process: installer, seeding and server see the same libraries and the same time.
 * A script's errors are told at the terminal, the server's only to the log, as on a real site.
 */
export function phpOptions(folder: Folder, kind: 'script' | 'server'): readonly string[] {
  const options = {
    memory_limit: '1G',
    include_path: ['.', path.join(folder.site, 'standins'), systemPhpLibraries].join(':'),
    // Rows then read as the gateway writes times: in UTC.
    'date.timezone': 'UTC',
    // The limits of an ordinary host, whatever this machine's php.ini says.
    post_max_size: '8M',
    max_execution_time: '30',
    // On by default for `php -S`, and worth a factor of four; said here because a php.ini may differ.
    'opcache.enable': '1',
    error_log: path.join(folder.logs, 'php-errors.log'),
    display_errors: kind === 'script' ? 'stderr' : '0',
  }
  return Object.entries(options).flatMap(([name, value]) => ['-d', `${name}=${value}`])
}

export function siteUrl(ports: Ports): string {
  return `http://${host}:${ports.web}`
}

/**
 * CiviCRM prefers these to its settings file, in which the ports of its installation are written.
 * TESTBED is read by our own scripts.
 */
export function phpEnvironment(
  folder: Folder,
  ports: Ports,
  credentials: Credentials,
): Readonly<Record<string, string>> {
  const database = {
    host,
    port: ports.database,
    user: databaseUser,
    password: credentials.databasePassword,
    name: databaseName,
  }
  return {
    CIVICRM_DSN: `mysql://${database.user}:${database.password}@${host}:${database.port}/${database.name}?new_link=true`,
    CIVICRM_UF_BASEURL: siteUrl(ports),
    TESTBED: JSON.stringify({ site: folder.site, url: siteUrl(ports), ...credentials, database }),
  }
}
