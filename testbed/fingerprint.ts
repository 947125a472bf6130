import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What a built thing was built from, in one hash: equal means that it need not be built again. */
export function fingerprint(inputs: { readonly files: readonly string[]; readonly facts: readonly string[] }): string {
  const hash = createHash('sha256')
  for (const fact of inputs.facts) hash.update(`${fact}\0`)
  for (const file of inputs.files.flatMap(listFiles))
    hash
      .update(`${path.basename(file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

/** Written as the last step of a build, so that an interrupted one has none. */
export function markBuilt(built: string, print: string): void {
  writeFileSync(path.join(built, markName), print)
}

export function isBuilt(built: string, print: string): boolean {
  const file = path.join(built, markName)
  return existsSync(file) && readFileSync(file, 'utf8') === print
}

const markName = '.built-from'

/** A file, or all files below a folder, in an order that does not depend on the file system. */
function listFiles(entry: string): readonly string[] {
  if (path.extname(entry) !== '') return [entry]
  return readdirSync(entry, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => path.join(found.parentPath, found.name))
    .toSorted()
}
