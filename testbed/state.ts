import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Folder } from './folder.ts'

const schema = z.object({
  /** Kept when nothing runs, so that a site comes back at its old address where it can. */
  ports: z.object({ web: z.number(), database: z.number() }),
  /** Process group ids; absent where it was stopped on purpose. */
  groups: z.object({ mariadb: z.number().optional(), php: z.number().optional() }),
})

/** What runs, and where: written by whoever holds the lock, read by everyone. */
export type State = Readonly<z.infer<typeof schema>>

export function readState(folder: Folder): State | undefined {
  const file = folder.file('state.json')
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** By a rename: a reader without the lock never sees half a file. */
export function writeState(folder: Folder, state: State): void {
  const file = folder.file('state.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`)
  renameSync(`${file}.new`, file)
}
