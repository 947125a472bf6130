import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'

let bench: GatewayBench
let keyFile: string
beforeEach(async () => {
  bench = await GatewayBench.make()
  keyFile = path.join(bench.dataFolder, 'key')
  await bench.start()
  for (const site of ['main', 'other']) {
    await bench.saveSite({ id: site, name: site, crm: { type: 'builtin' } }, `key of ${site}`)
  }
})
afterEach(async () => bench[Symbol.asyncDispose]())

function secrets(): readonly (string | null)[] {
  const { settings } = bench.gateway.operations
  return ['main', 'other', 'third'].map((site) => settings.secret(site, 'apiKey'))
}

it('the key is replaced beside the running gateway, which reads and seals with the new one at once', async () => {
  const before = readFileSync(keyFile, 'utf8')
  expect(secrets()).toEqual(['key of main', 'key of other', null])
  const dryRun = await bench.command(['keys', 'rotate', '--dry-run'])
  expect(dryRun.out).toContain('in one step')
  expect(readFileSync(keyFile, 'utf8')).toBe(before)

  expect(await bench.ask(['keys', 'rotate'])).toMatchObject({ step: 'rotated' })
  expect(readFileSync(keyFile, 'utf8')).not.toBe(before)
  expect(secrets()).toEqual(['key of main', 'key of other', null])
  await bench.gateway.operations.settings.saveSecret('third', 'apiKey', 'key of third')
  expect(await bench.ask(['keys', 'status'])).toMatchObject({ other: 0, unknown: 0, old: 0 })
  await bench.stop()
  await bench.start()
  expect(secrets()).toEqual(['key of main', 'key of other', 'key of third'])
})

it('the key of pseudonyms, which nobody can enter anew, stays what it was', async () => {
  const { settings } = bench.gateway.operations
  const kept = await settings.keepSecret('', 'addressKey', 'first')
  await bench.ask(['keys', 'rotate'])
  expect(await settings.keepSecret('', 'addressKey', 'second')).toBe(kept)
})

it('goes step by step where the file has to be laid out elsewhere, and says what to do', async () => {
  for (const [step, text] of [
    ['prepared', 'Step 1 of 3'],
    ['resealed', 'Step 2 of 3'],
    ['rotated', 'The key was replaced'],
  ]) {
    const { out } = await bench.command(['keys', 'rotate', '--shared'])
    expect({ step, out }).toEqual({ step, out: expect.stringContaining(text ?? '') })
    expect(secrets()).toEqual(['key of main', 'key of other', null])
  }
  expect((await bench.command(['keys', 'status'])).out).not.toContain('under way')
})

it('says so where the key is not the right one, and changes nothing then', async () => {
  const right = readFileSync(keyFile, 'utf8')
  writeFileSync(keyFile, `${Buffer.alloc(32, 5).toString('base64')}\n`)
  const { code, out } = await bench.command(['keys', 'status'])
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('sealed with a key that is not in it') })
  expect((await bench.command(['keys', 'rotate'])).err).toContain('SECRET_KEY_WRONG')
  writeFileSync(keyFile, right)
  expect(secrets()).toEqual(['key of main', 'key of other', null])
})

it('a key file is made for a new installation, and never where one is or something is sealed', async () => {
  expect((await bench.command(['keys', 'create'])).err).toContain('SECRET_KEY_EXISTS')
  rmSync(keyFile)
  expect((await bench.command(['keys', 'create'])).err).toMatch(/SECRET_KEY_MISSING: \d+ secrets are sealed/)
  expect(existsSync(keyFile)).toBe(false)
  await bench.configure({ dataFolder: 'new', keyFile: 'named' })
  const named = path.join(bench.folder, 'named')
  const { code, out } = await bench.command(['keys', 'create'])
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`Made a new key in ${named}.`) })
  expect(statSync(named).mode & 0o777).toBe(0o600)
  expect((await bench.command(['keys', 'create'])).err).toContain('SECRET_KEY_EXISTS')
})

it('makes no new key in place of one that is missing', async () => {
  rmSync(keyFile)
  expect((await bench.command(['keys', 'rotate'])).err).toContain('SECRET_KEY_MISSING')
  expect((await bench.command(['keys', 'status'])).err).toContain('SECRET_KEY_MISSING')
  expect(existsSync(keyFile)).toBe(false)
})

it('a key file that cannot be written is told of as that: the one that is there is whole', async () => {
  const before = readFileSync(keyFile, 'utf8')
  mkdirSync(`${keyFile}.new`)
  const { code, err } = await bench.command(['keys', 'rotate'])
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/SECRET_KEY_UNWRITABLE/) })
  expect(err).not.toContain('forget-lost')
  expect(readFileSync(keyFile, 'utf8')).toBe(before)
  expect(secrets()).toEqual(['key of main', 'key of other', null])

  await bench.configure({ dataFolder: 'new', keyFile: 'nowhere/key' })
  const created = await bench.command(['keys', 'create'])
  expect(created.err).toMatch(/SECRET_KEY_UNWRITABLE.*\n.*Make the folder/)
})
