import { statSync } from 'node:fs'
import type { Risk } from './risk.ts'

/** A file that only the user of the gateway should be able to read. */
export interface PrivateFile {
  /** The setting that names it. */
  readonly about: string
  readonly file: string
  /** What is in it. */
  readonly holds: string
}

/** Those that others may read or write. One that is not there is somebody else's trouble. */
export function fileRisks(files: readonly PrivateFile[]): readonly Risk[] {
  return files.flatMap(({ about, file, holds }) => {
    const mode = modeOf(file)
    if ((mode & 0o077) === 0) return []
    const shown = (mode & 0o777).toString(8).padStart(4, '0')
    return [
      {
        about,
        message: `${file} holds ${holds} and is open to other users of this machine (mode ${shown}): chmod 600`,
      },
    ]
  })
}

function modeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.mode ?? 0
  } catch {
    // In a folder that this user may not look into.
    return 0
  }
}
