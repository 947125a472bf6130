import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Messages that AWS really signed and mail that CiviCRM really sent lie beside the checkout, not in it. */
export const fixturesFolder = path.resolve(import.meta.dirname, '../../../shared/fixtures')

export const fixturesPresent: boolean = existsSync(fixturesFolder)

/**
 * Says plainly why a suite cannot run on a checkout without the folder. In CI the folder must be
 * there, so there the missing folder is a failure and not a remark.
 */
export function requireFixtures(): boolean {
  if (fixturesPresent) return true
  if (process.env['CI'] === 'true') throw new Error(`the fixtures are absent: ${fixturesFolder}`)
  process.stderr.write(
    `The shared fixtures are absent on this checkout (${fixturesFolder}): tests that need them do not run.\n`,
  )
  return false
}

/** File names of one fixture folder, sorted; none on a checkout without it, where suites are still collected. */
export function fixtureNames(folder: string, ending: string): readonly string[] {
  if (!fixturesPresent) return []
  return readdirSync(path.join(fixturesFolder, folder))
    .filter((name) => name.endsWith(ending))
    .toSorted()
}

/** One fixture's bytes. */
export function readFixture(folder: string, name: string): Buffer {
  return readFileSync(path.join(fixturesFolder, folder, name))
}
