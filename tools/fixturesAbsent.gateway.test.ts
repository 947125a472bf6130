import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
let elsewhere: string

/** Test files that read the shared fixtures. */
const readers = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (name) =>
    name.endsWith('.test.ts') && readFileSync(path.join(root, 'src', name), 'utf8').includes('/testing/fixtures.ts'),
)

async function vitest(environment: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly output: string }> {
  const argv = [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'unit',
    ...readers.map((name) => path.join('src', name)),
  ]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: elsewhere, env: environment }, (error, out, err) => {
      resolve({ code: error === null ? 0 : 1, output: out + err })
    })
  })
}

describe('a checkout without the shared fixtures', () => {
  beforeAll(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-fixtures-'))
    elsewhere = path.join(folder, 'checkout')
    for (const name of ['src', 'tools', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
      cpSync(path.join(root, name), path.join(elsewhere, name), { recursive: true })
    symlinkSync(path.join(root, 'node_modules'), path.join(elsewhere, 'node_modules'))
  })
  afterAll(() => rmSync(path.dirname(elsewhere), { recursive: true }))

  it('passes its tests, and says that they are absent', async () => {
    expect(readers.length).toBeGreaterThan(5)
    const { CI: _ci, CIVICRM_SES_TESTBED: _testbed, VITEST: _vitest, ...environment } = process.env
    const { code, output } = await vitest(environment)
    expect(output).toContain('The shared fixtures are absent on this checkout')
    expect(output).toMatch(/^\d+ passed, 0 failed/m)
    expect(code).toBe(0)
  })

  it('fails in CI, where they must be there', async () => {
    const { code, output } = await vitest({ ...process.env, CI: 'true', CIVICRM_SES_TESTBED: elsewhere })
    expect(output).toContain('the fixtures are absent')
    expect(code).toBe(1)
  })
})
