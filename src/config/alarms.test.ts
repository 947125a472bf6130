import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfig, loadConfig } from './load.ts'
import { configRisks } from './risks.ts'
import { type Config, configSchema } from './schema.ts'

function config(alarms: unknown): Config {
  return configSchema.parse({ alarms })
}

const email = { type: 'email', host: 'mail.example.org', from: 'ses@example.org', to: ['admin@example.org'] }
const webhook = { type: 'webhook', url: 'https://chat.example.org/hook' }

function mistakes(alarms: unknown): readonly string[] {
  const checked = checkConfig(JSON.stringify({ alarms }), {})
  return checked.ok ? [] : checked.problems.map(({ setting, message }) => `${setting}: ${message}`)
}

describe('the configuration of alarms', () => {
  it('needs nothing, and takes several channels at once', () => {
    expect(config({}).alarms).toMatchObject({ channels: [], everyMinutes: 5, mute: [] })
    expect(
      config({ channels: [email, webhook, { type: 'command', command: ['/bin/true'] }] }).alarms.channels,
    ).toMatchObject([
      { name: 'email', port: 587, security: 'starttls', user: null },
      { name: 'webhook', tokenFile: null },
      { name: 'command' },
    ])
  })

  it('wants a name for each of two channels of a kind, since what was told is kept by it', () => {
    expect(mistakes({ channels: [email, email] }).join()).toContain('the same name')
    expect(mistakes({ channels: [email, { ...email, name: 'second' }] })).toEqual([])
  })

  it('names what is wrong: an unknown kind, no recipient, a secret in the file itself', () => {
    expect(mistakes({ mute: ['deadletter'] }).join()).toContain('deadLetter')
    expect(mistakes({ channels: [{ ...email, to: [] }] })).toHaveLength(1)
    expect(mistakes({ channels: [{ ...email, password: 'sesame' }] }).join()).toContain('password')
    expect(mistakes({ channels: [{ ...webhook, url: 'ftp://x' }] })).toHaveLength(1)
  })

  it('takes files of secrets relative to the file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'alarms-'))
    const file = path.join(folder, 'civicrm-ses.yaml')
    const channels = [
      { ...email, passwordFile: 'secret' },
      { ...webhook, tokenFile: '/run/token' },
    ]
    writeFileSync(file, JSON.stringify({ alarms: { channels } }))
    const expected = [{ passwordFile: path.join(folder, 'secret') }, { tokenFile: '/run/token' }]
    expect(loadConfig(file, {}).alarms.channels).toMatchObject(expected)
    rmSync(folder, { recursive: true })
  })

  it('is warned about where something travels in the clear, or a password is missing', () => {
    const risks = (...channels: readonly object[]): string =>
      configRisks(config({ channels }), [])
        .map(({ message }) => message)
        .join('\n')
    expect(risks(email, webhook)).toBe('')
    expect(risks({ ...email, security: 'none' })).toContain('in the clear')
    expect(risks({ ...email, security: 'none', host: '127.0.0.1' })).toBe('')
    expect(risks({ ...email, user: 'ses' })).toContain('passwordFile')
    expect(risks({ ...webhook, url: 'http://chat.example.org' })).toContain('in the clear')
    expect(configRisks(config({ channels: [webhook], mute: ['unsubscribed'] }), [])).toHaveLength(1)
  })
})
