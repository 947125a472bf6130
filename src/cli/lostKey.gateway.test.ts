import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayBench } from '../testing/gatewayBench.ts'
import { MailedPeople } from '../testing/mailedPeople.ts'
import { Programs } from '../testing/programs.ts'

let bench: GatewayBench
let programs: Programs
let keyFile: string
let copy: string
beforeEach(async () => {
  bench = await GatewayBench.make()
  programs = new Programs()
  keyFile = path.join(bench.dataFolder, 'key')
  copy = path.join(bench.folder, 'copy-of-key')
  await bench.start()
  await MailedPeople.make(bench, 'main', 1)
  await bench.gateway.operations.settings.saveSecret('main', 'apiKey', 'swordfish')
  await bench.stop()
  copyFileSync(keyFile, copy)
})
afterEach(async () => {
  await programs[Symbol.asyncDispose]()
  await bench[Symbol.asyncDispose]()
})

const otherKey = `${Buffer.alloc(32, 7).toString('base64')}\n`

/** @returns what the gateway, as a process of its own, says instead of starting */
async function refusal(): Promise<string> {
  const { code, out, err } = await programs.start(bench.configFile, ['serve']).ended
  expect({ code, out }).toEqual({ code: 1, out: '' })
  return err
}

/** Starts it as a process of its own, and stops it again. */
async function starts(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const gateway = programs.start(bench.configFile, ['serve'], { CIVICRM_SES_LOG_LEVEL: 'info', ...environment })
  await gateway.says('listening')
  expect(await gateway.stop()).toMatchObject({ code: 0, err: '' })
}

describe('a gateway whose key file is missing', () => {
  it('is not started, and says where it was looked for and what to do', async () => {
    rmSync(keyFile)
    const err = await refusal()
    expect(err).toContain(`error SECRET_KEY_MISSING: there is no key file ${keyFile}\n`)
    expect(err).toMatch(/What to do: .*it is in no backup.*keyFile.*CIVICRM_SES_KEY_FILE.*keys forget-lost/)
    expect(existsSync(keyFile)).toBe(false)
    copyFileSync(copy, keyFile)
    await starts()
  })

  it('starts where the file is named, in the environment or the configuration', async () => {
    rmSync(keyFile)
    await starts({ CIVICRM_SES_KEY_FILE: copy })
    await bench.configure({ keyFile: 'copy-of-key' })
    await starts()
    await bench.configure({ keyFile: 'astray' })
    expect(await refusal()).toContain(`there is no key file ${path.join(bench.folder, 'astray')}`)
  })

  it('keeps nothing of a site whose API key cannot be sealed, which is added when the file is back', async () => {
    rmSync(keyFile)
    const add = [
      'sites',
      'add',
      'shop',
      '--url',
      'https://shop.example.org',
      '--domain',
      'shop.example.org',
      '--api-key-stdin',
    ]
    expect(await bench.command(add, { stdin: 'marlin\n' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('SECRET_KEY_MISSING'),
    })
    expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'main' }])
    copyFileSync(copy, keyFile)
    expect(await bench.ask(add, { stdin: 'marlin\n' })).toMatchObject({ id: 'shop', hasApiKey: true })
  })

  it('answers commands that need no key', async () => {
    rmSync(keyFile)
    expect(await bench.ask(['status'])).toMatchObject({ running: false })
    expect(await bench.ask(['sites', 'list'])).toMatchObject([{ id: 'main', hasApiKey: true }])
    expect(await bench.ask(['topics', 'list'])).toBeDefined()
    expect(await bench.ask(['events'])).toEqual([])
    expect(await bench.ask(['sites', 'pause', 'main'])).toMatchObject({ mode: 'paused' })
    expect(await bench.ask(['backup', path.join(bench.folder, 'backup.gz')])).toMatchObject({
      tables: { secret: { rows: 2 } },
    })
    expect((await bench.command(['keys', 'status'])).err).toContain('forget-lost')
  })
})

describe('check', () => {
  const checked = async (): Promise<unknown> => JSON.parse((await bench.command(['check', '--json'])).out) as unknown
  const aboutKey = (message: string): unknown =>
    expect.objectContaining({ about: 'keyFile', message: expect.stringContaining(message) })

  it.each([
    ['is missing', 'SECRET_KEY_MISSING', (): void => rmSync(keyFile)],
    ['is empty', 'SECRET_KEY_INVALID', (): void => writeFileSync(keyFile, '')],
    ['is that of another installation', 'SECRET_KEY_WRONG', (): void => writeFileSync(keyFile, otherKey)],
    ['is no file', 'SECRET_KEY_INVALID', (): unknown => (rmSync(keyFile), mkdirSync(keyFile))],
  ])('names it as a mistake that the key file %s, as the start refuses it', async (_what, code, spoil) => {
    expect(await checked()).toMatchObject({ ok: true, problems: [] })
    spoil()
    const mistake = { setting: 'keyFile', message: expect.stringContaining(code) }
    expect(await checked()).toMatchObject({ ok: false, problems: [mistake] })
    const { code: exit, out } = await bench.command(['check'])
    expect({ exit, out }).toEqual({ exit: 1, out: expect.stringMatching(`mistake  keyFile: .*${keyFile}.*${code}`) })
    expect(await refusal()).toContain(code)
  })

  it('looks beside a running gateway too', async () => {
    await bench.start()
    expect(await checked()).toMatchObject({ ok: true })
    rmSync(keyFile)
    expect(await checked()).toMatchObject({ ok: false, problems: [{ setting: 'keyFile' }] })
  })

  it('warns of files with secrets that others may read', async () => {
    expect(await checked()).not.toMatchObject({ warnings: expect.arrayContaining([aboutKey('mode')]) })
    chmodSync(keyFile, 0o640)
    expect(await checked()).toMatchObject({
      ok: true,
      warnings: expect.arrayContaining([aboutKey('(mode 0640): chmod 600')]),
    })
  })

  it('warns of a file with the address of the database that others may read, be it that something is wrong besides', async () => {
    const warned = async (): Promise<boolean> => {
      const { out } = await bench.command(['check'])
      expect(out).toContain('mistake  certificatesFolder')
      return /warning {2}databaseUrl(File)?: .* holds the address of the database and is open to other users/.test(out)
    }
    const url = 'postgres://ses:swordfish@127.0.0.1:1/ses'
    const more = { keyFile: 'copy-of-key', certificatesFolder: 'nowhere' }
    await bench.configure({ ...more, databaseUrlFile: 'database-url' })
    const file = await bench.file('database-url', url)
    chmodSync(file, 0o644)
    expect(await warned()).toBe(true)
    chmodSync(file, 0o600)
    expect(await warned()).toBe(false)
    await bench.configure({ ...more, databaseUrl: url })
    chmodSync(bench.configFile, 0o644)
    expect(await warned()).toBe(true)
    chmodSync(bench.configFile, 0o600)
    expect(await warned()).toBe(false)
  })
})

it('a gateway with the key of another installation is not started', async () => {
  writeFileSync(keyFile, otherKey)
  const err = await refusal()
  expect(err).toContain(`SECRET_KEY_WRONG: none of the 2 secrets in the database was sealed with the key in ${keyFile}`)
  expect(err).toContain('keys forget-lost')
})

it('a backup that is restored on a new machine starts with the key brought along, and not without', async () => {
  const file = path.join(bench.folder, 'backup.gz')
  await bench.ask(['backup', file])
  const machine = path.join(bench.folder, 'machine')
  await bench.configure({ dataFolder: machine })
  const { out } = await bench.command(['restore', file])
  expect(out).toContain(`make sure that the one of its time is in ${path.join(machine, 'key')}`)
  expect(await refusal()).toContain(path.join(machine, 'key'))
  renameSync(copy, path.join(machine, 'key'))
  await starts()
  await bench.start()
  expect(bench.gateway.operations.settings.secret('main', 'apiKey')).toBe('swordfish')
})

describe('a key that is lost for good', () => {
  const lost = [
    { site: '', name: 'addressKey' },
    { site: 'main', name: 'apiKey' },
  ]

  it.each([
    { how: 'where there is no file any more', lose: () => rmSync(keyFile) },
    { how: 'where another one took its place', lose: () => writeFileSync(keyFile, otherKey) },
  ])('gives way to a new one, and its secrets are entered anew, $how', async ({ lose }) => {
    lose()
    const isThere = existsSync(keyFile)
    expect(await bench.ask(['keys', 'forget-lost', '--dry-run'])).toMatchObject({ lost, dryRun: true })
    expect(existsSync(keyFile)).toBe(isThere)
    await refusal()

    expect((await bench.command(['keys', 'forget-lost'])).err).toContain('add --yes')
    const { code, out } = await bench.command(['keys', 'forget-lost', '--yes'])
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining('the key of pseudonyms\n  the API key of main'),
    })
    expect(await bench.ask(['sites', 'show', 'main'])).toMatchObject({ hasApiKey: false })
    await starts()
    await bench.ask(['sites', 'edit', 'main', '--api-key-stdin'], { stdin: 'marlin\n' })
    expect(await bench.ask(['keys', 'status'])).toMatchObject({ current: 2, unknown: 0 })
    expect((await bench.command(['keys', 'forget-lost', '--yes'])).out).toContain('Nothing was changed')
    await bench.start()
    expect(bench.gateway.operations.settings.secret('main', 'apiKey')).toBe('marlin')
  })

  it.each([
    { how: 'empty', content: '' },
    { how: 'cut off', content: otherKey.slice(0, 20) },
    { how: 'binary', content: '\u0000\u0001' },
  ])('gives way to a new one where its file is $how, and that is kept', async ({ content }) => {
    writeFileSync(keyFile, content)
    expect(await refusal()).toMatch(/SECRET_KEY_INVALID.*\n.*keys forget-lost/)
    expect(await bench.ask(['keys', 'forget-lost', '--dry-run'])).toMatchObject({ lost, damaged: true, kept: null })
    expect(readFileSync(keyFile, 'utf8')).toBe(content)
    expect((await bench.command(['keys', 'forget-lost', '--yes'])).out).toContain(`kept as ${keyFile}.damaged;`)
    expect(readFileSync(`${keyFile}.damaged`, 'utf8')).toBe(content)
    await starts()
    // Damaged once more: the first one is not overwritten.
    writeFileSync(keyFile, 'again')
    expect(await bench.ask(['keys', 'forget-lost', '--yes'])).toMatchObject({ kept: `${keyFile}.damaged-2` })
    expect(readFileSync(`${keyFile}.damaged`, 'utf8')).toBe(content)
  })

  it('is not taken for damaged where the file cannot be read', async () => {
    rmSync(keyFile)
    mkdirSync(keyFile)
    expect((await bench.command(['keys', 'forget-lost', '--yes'])).err).toContain('SECRET_KEY_INVALID')
    expect(existsSync(`${keyFile}.damaged`)).toBe(false)
  })

  it('is not given up while a gateway runs, which has it', async () => {
    await bench.start()
    rmSync(keyFile)
    expect((await bench.command(['keys', 'forget-lost', '--yes'])).err).toContain('STORAGE_LOCKED')
    expect(existsSync(keyFile)).toBe(false)
    expect(bench.gateway.operations.settings.secret('main', 'apiKey')).toBe('swordfish')
  })

  it('leaves the secrets that open', async () => {
    writeFileSync(keyFile, otherKey)
    await bench.ask(['sites', 'edit', 'main', '--api-key-stdin'], { stdin: 'marlin\n' })
    expect(await bench.ask(['keys', 'forget-lost', '--yes'])).toMatchObject({ lost: [lost[0]] })
    await bench.start()
    expect(bench.gateway.operations.settings.secret('main', 'apiKey')).toBe('marlin')
  })
})
