import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { checkConfig, loadConfig } from './load.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(text: string): string {
  const name = path.join(folder, `${Math.random()}.yaml`)
  writeFileSync(name, text)
  return name
}

function problems(text: string, environment = {}): readonly string[] {
  const checked = checkConfig(text, environment)
  return checked.ok ? [] : checked.problems.map((problem) => `${problem.line}:${problem.setting}`)
}

describe('configuration', () => {
  it('needs no file at all', () => {
    expect(loadConfig(file(''), {})).toMatchObject({ listen: { host: '127.0.0.1', port: 8480 }, logLevel: 'info' })
  })

  it('names the line of each mistake, not only of the first', () => {
    expect(problems('dataFolder: x\nlisten:\n  port: many\n  hots: h\nlogLevel: loud\n')).toEqual([
      '3:listen.port',
      '4:listen.hots',
      '5:logLevel',
    ])
  })

  it('names the line where the YAML itself breaks', () => {
    expect(problems('dataFolder: x\nlisten: {port: 1\n')[0]).toMatch(/^[23]:/)
  })

  it('lets the environment override the file, also inside a section', () => {
    const config = loadConfig(file('listen: {host: "::1", port: 1}\n'), { CIVICRM_SES_PORT: '9000' })
    expect(config.listen).toEqual({ host: '::1', port: 9000 })
  })

  it('refuses a number that is none, from the environment too', () => {
    expect(problems('', { CIVICRM_SES_PORT: 'http' })).toEqual(['null:listen.port'])
  })

  it('names the variable of a mistake in the environment, and no line of the file, where nothing is wrong', () => {
    const text = 'listen:\n  port: 8000\nlogLevel: info\nstopSeconds: many\n'
    const environment = { CIVICRM_SES_PORT: 'abc', CIVICRM_SES_LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://db/x' }
    expect(problems(text, environment)).toEqual(
      expect.arrayContaining(['null:listen.port', 'null:logLevel', 'null:databaseUrl', '4:stopSeconds']),
    )
    const load = (): unknown => loadConfig(file(text), environment)
    for (const said of [
      'CIVICRM_SES_PORT (listen.port): must be a',
      'CIVICRM_SES_LOG_LEVEL (logLevel): must be one of',
      'DATABASE_URL (databaseUrl): must be the address',
      'line 4, stopSeconds: must be a number',
    ])
      expect(load).toThrow(said)
  })

  it.each(['0x10', '1e3', ' ', 'Infinity', '-1', '70000', '80.5'])(
    'takes %j from the environment for no port',
    (port) => {
      expect(problems('', { CIVICRM_SES_PORT: port })).toEqual(['null:listen.port'])
    },
  )

  it('takes paths relative to the file, not to where the command was called', () => {
    expect(loadConfig(file('dataFolder: here\n'), {}).dataFolder).toBe(path.join(folder, 'here'))
  })

  it('refuses a top level that is a list or text', () => {
    expect(problems('- a\n')).not.toEqual([])
    expect(problems('just text')).not.toEqual([])
  })

  it('says that a missing file is missing', () => {
    expect(() => loadConfig(path.join(folder, 'none.yaml'), {})).toThrow(GatewayError)
  })

  it('takes the address of a database server from the file, the environment, or a file that keeps it secret', () => {
    const url = 'postgres://ses:swordfish@db.example.org/ses'
    const named = 'keyFile: key\n'
    const secret = file(`${url}\n`)
    expect(loadConfig(file(named), {}).databaseUrl).toBeNull()
    expect(loadConfig(file(`${named}databaseUrl: ${url}\n`), {}).databaseUrl).toBe(url)
    expect(loadConfig(file(`${named}databaseUrlFile: ${path.basename(secret)}\n`), {}).databaseUrl).toBe(url)
    const elsewhere = file(`${named}databaseUrl: postgres://other.example.org/ses\n`)
    expect(loadConfig(elsewhere, { DATABASE_URL: url }).databaseUrl).toBe(url)
    expect(loadConfig(elsewhere, { DATABASE_URL_FILE: secret }).databaseUrl).toBe(url)
    expect(loadConfig(elsewhere, { DATABASE_URL: '' }).databaseUrl).toBe('postgres://other.example.org/ses')
  })

  it('refuses an address of another kind, two addresses, and a database server without a key file named', () => {
    const named = 'keyFile: key\n'
    expect(problems(`${named}databaseUrl: mysql://localhost/x\n`)).toEqual(['2:databaseUrl'])
    expect(problems('', { DATABASE_URL: 'mysql://localhost/x' })).toContain('null:databaseUrl')
    expect(problems(`${named}databaseUrl: postgres://x/y\ndatabaseUrlFile: z\n`)).toEqual(['3:databaseUrlFile'])
    expect(problems('databaseUrl: postgres://x/y\n')).toEqual(['1:keyFile'])
    const wrong = file('mysql://ses:swordfish@db.example.org/ses')
    const load = (): unknown => loadConfig(file(named), { DATABASE_URL_FILE: wrong })
    expect(load).toThrow(/CONFIG_INVALID|must be the address/)
    expect(load).not.toThrow(/swordfish/)
  })

  it('survives an alias bomb', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n`
    expect(problems(bomb).length).toBeGreaterThan(0)
  })
})
