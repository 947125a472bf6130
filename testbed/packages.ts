import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Progress, TestbedProblem } from './problem.ts'
import { run } from './run.ts'

/**
 * What the test bed needs of the system, by what is really there rather than by package names, so
 * that a machine which has it from elsewhere is content. `package` is Debian's.
 *
 * `mariadb-server-core` brings the server without the service: there is no system database to start
 * or to leave running. `mariadb-client-core` brings `my_print_defaults`, which
 * `mariadb-install-db` calls.
 */
interface Requirement {
  readonly package: string
  readonly present: () => boolean
}

const phpExtensions = {
  'php-mysql': 'mysqli',
  'php-bcmath': 'bcmath',
  'php-curl': 'curl',
  'php-intl': 'intl',
  'php-mbstring': 'mbstring',
  'php-xml': 'dom',
  'php-zip': 'zip',
} as const

/** Debian keeps PEAR's and Zeta's libraries here; the package registry does not hold them. */
export const systemPhpLibraries = '/usr/share/php'

const phpLibraries = {
  'php-db': 'DB.php',
  'php-mail': 'Mail.php',
  'php-mail-mime': 'Mail/mime.php',
  'php-net-smtp': 'Net/SMTP.php',
  'php-net-socket': 'Net/Socket.php',
  'php-zeta-base': 'ezc/Base/base.php',
} as const

/** Debian packages that are missing here; empty when the test bed can be built. */
export function missingPackages(): readonly string[] {
  const extensions = loadedPhpExtensions()
  const requirements: readonly Requirement[] = [
    { package: 'php-cli', present: () => findProgram('php') !== undefined },
    { package: 'composer', present: () => findProgram('composer') !== undefined },
    { package: 'unzip', present: () => findProgram('unzip') !== undefined },
    { package: 'mariadb-server-core', present: () => findProgram('mariadbd') !== undefined },
    { package: 'mariadb-client-core', present: () => findProgram('my_print_defaults') !== undefined },
    ...Object.entries(phpExtensions).map(([name, extension]) => ({
      package: name,
      present: () => extensions.has(extension),
    })),
    ...Object.entries(phpLibraries).map(([name, file]) => ({
      package: name,
      present: () => existsSync(path.join(systemPhpLibraries, file)),
    })),
  ]
  return requirements.filter((requirement) => !requirement.present()).map((requirement) => requirement.package)
}

/** @throws TestbedProblem that names the missing packages and the command which brings them */
export function requirePackages(): void {
  const missing = missingPackages()
  if (missing.length === 0) return
  throw new TestbedProblem(
    `Debian packages are missing: ${missing.join(' ')}`,
    'As root, run `npm run testbed -- --install`; it installs these and starts no service.',
  )
}

/** Installs what is missing, as root, with apt-get. Does nothing where nothing is missing. */
export async function installPackages(say: Progress): Promise<readonly string[]> {
  const missing = missingPackages()
  if (missing.length === 0) return missing
  if (process.getuid?.() !== 0)
    throw new TestbedProblem(
      `installing ${missing.join(' ')} needs root`,
      `Run: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}`,
    )
  if (findProgram('apt-get') === undefined)
    throw new TestbedProblem(`this is no Debian: install what these packages hold by hand: ${missing.join(' ')}`)
  say(`installing ${missing.join(' ')}`)
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  await run({ name: 'apt-get', arguments: ['update', '-q'], environment })
  await run({
    name: 'apt-get',
    arguments: ['install', '-y', '-q', '--no-install-recommends', ...missing],
    environment,
  })
  const still = missingPackages()
  if (still.length > 0) throw new TestbedProblem(`apt-get ended well, and yet these are missing: ${still.join(' ')}`)
  return missing
}

/** The full path of a program. Servers lie in /usr/sbin, which an ordinary user's PATH leaves out. */
export function findProgram(name: string): string | undefined {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file))
}

function loadedPhpExtensions(): ReadonlySet<string> {
  const php = findProgram('php')
  if (php === undefined) return new Set()
  const listing = spawnSync(php, ['-m'], { encoding: 'utf8' })
  return new Set((listing.stdout ?? '').split('\n').map((line) => line.trim()))
}
