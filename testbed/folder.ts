import { mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Everything the test bed owns lies in one folder; removing the folder (after `--stop`) removes the
 * test bed. The system's own MariaDB, PHP settings and databases are never touched.
 */
export interface Folder {
  readonly root: string
  /** CiviCRM's code and its files: the document root. */
  readonly site: string
  /** MariaDB's live data. */
  readonly database: string
  /** What `database` is copied from: installed and seeded, and cleanly shut down. */
  readonly snapshot: string
  readonly logs: string
  readonly file: (name: string) => string
}

const repository = path.resolve(import.meta.dirname, '..')

/** The folder asked for, else the environment's, else `.testbed` in the repository. */
export function chooseFolder(asked: string | undefined): Folder {
  const fromEnvironment = process.env['CIVICRM_SES_TESTBED']
  const root = path.resolve(asked ?? (fromEnvironment || path.join(repository, '.testbed')))
  return {
    root,
    site: path.join(root, 'site'),
    database: path.join(root, 'database'),
    snapshot: path.join(root, 'snapshot'),
    logs: path.join(root, 'logs'),
    file: (name) => path.join(root, name),
  }
}

export function makeFolder(folder: Folder): void {
  mkdirSync(folder.logs, { recursive: true })
}

/** Our own PHP files, as they are in the repository. */
export const phpSources: string = path.join(import.meta.dirname, 'php')
