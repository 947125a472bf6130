import { copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fingerprint, isBuilt, markBuilt } from './fingerprint.ts'
import { type Folder, phpSources } from './folder.ts'
import type { Progress } from './problem.ts'
import { run } from './run.ts'

const composerFile = path.join(phpSources, 'composer.json')
const standins = path.join(phpSources, 'standins')

/** What the code is made from; an installed database depends on it too. */
export async function siteFingerprint(): Promise<string> {
  const phpVersion = await run({ name: 'php', arguments: ['-r', 'echo PHP_VERSION;'] })
  return fingerprint({ files: [composerFile, standins], facts: ['layout 1', phpVersion] })
}

/**
 * CiviCRM's code: Composer's result and the links that make it look like CiviCRM's own archive, whose
 * boot files then work unchanged. Does nothing where it is there already.
 */
export async function buildSite(folder: Folder, print: string, say: Progress): Promise<void> {
  if (isBuilt(folder.site, print)) return

  say('fetching CiviCRM with Composer')
  rmSync(folder.site, { recursive: true, force: true })
  mkdirSync(folder.site, { recursive: true })
  copyFileSync(composerFile, path.join(folder.site, 'composer.json'))
  cpSync(standins, path.join(folder.site, 'standins'), { recursive: true })
  await run({
    name: 'composer',
    // `update`, since there is no lock file: every version is pinned in composer.json instead.
    arguments: ['update', '--no-interaction', '--no-progress', '--no-audit', '--no-dev'],
    folder: folder.site,
    // Composer refuses its plugins to root unless it is told that this is meant.
    environment: { COMPOSER_ALLOW_SUPERUSER: '1' },
    log: path.join(folder.logs, 'composer.log'),
  })
  arrange(folder.site)
  markBuilt(folder.site, print)
}

/** The layout of CiviCRM's archive, by links into Composer's. */
function arrange(site: string): void {
  symlinkSync('vendor/civicrm/civicrm-core', path.join(site, 'core'))
  symlinkSync('../..', path.join(site, 'core/vendor'))
  symlinkSync('../civicrm-packages', path.join(site, 'core/packages'))
  copyFileSync(path.join(site, 'core/setup/res/civicrm.standalone.php.txt'), path.join(site, 'civicrm.standalone.php'))
  copyFileSync(path.join(site, 'core/setup/res/index.php.txt'), path.join(site, 'index.php'))
}

/** An empty place for settings, caches and uploads: what an installation writes. */
export function clearInstallation(site: string): void {
  for (const name of ['private', 'public', 'ext']) {
    rmSync(path.join(site, name), { recursive: true, force: true })
    mkdirSync(path.join(site, name))
  }
}
