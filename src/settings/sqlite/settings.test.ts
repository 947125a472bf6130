import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testSite } from '../../testing/memorySettings.ts'
import { TestDatabase } from '../../testing/testDatabase.ts'
import { describeSettings } from '../conformance.ts'
import { SqliteSettings } from './settings.ts'

describeSettings('SQLite', async () => {
  const test = new TestDatabase()
  const key = { file: path.join(test.folder, 'key'), create: true }
  return {
    keyFile: key.file,
    settings: new SqliteSettings(test.database, key),
    crash: async () => new SqliteSettings(await test.reopen(), key),
    storedBytes: async () => {
      // Closing copies the write-ahead log into the file.
      await test.reopen()
      return readFileSync(test.file)
    },
    close: async () => test[Symbol.asyncDispose](),
  }
})

describe('settings in SQLite', () => {
  let test: TestDatabase
  let key: string
  const open = (create = true): SqliteSettings => new SqliteSettings(test.database, { file: key, create })
  beforeEach(() => {
    test = new TestDatabase()
    key = path.join(test.folder, 'key')
  })
  afterEach(async () => test[Symbol.asyncDispose]())

  it('make a key with the first secret, not before, and for its owner only', async () => {
    const settings = open()
    await settings.saveSite(testSite('alpha'))
    expect(settings.secret('alpha', 'apiKey')).toBeNull()
    expect(existsSync(key)).toBe(false)
    await settings.saveSecret('alpha', 'apiKey', 'swordfish')
    expect(statSync(key).mode & 0o777).toBe(0o600)
    expect(readFileSync(key, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
  })

  it('never make a key where the administrator named the file', async () => {
    await expect(open(false).saveSecret('alpha', 'apiKey', 'x')).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' })
    expect(existsSync(key)).toBe(false)
  })

  it('make no second key when the first is lost: its secrets would be lost silently', async () => {
    await open().saveSecret('alpha', 'apiKey', 'swordfish')
    rmSync(key)
    const settings = open()
    expect(() => settings.secret('alpha', 'apiKey')).toThrow(expect.objectContaining({ code: 'SECRET_KEY_MISSING' }))
    await expect(settings.saveSecret('beta', 'apiKey', 'x')).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' })
    expect(existsSync(key)).toBe(false)
  })

  it('say that the key is another one, and take the secret anew', async () => {
    await open().saveSecret('alpha', 'apiKey', 'swordfish')
    writeFileSync(key, `${Buffer.alloc(32, 7).toString('base64')}\n`)
    const settings = open()
    expect(() => settings.secret('alpha', 'apiKey')).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }))
    await settings.saveSecret('alpha', 'apiKey', 'marlin')
    expect(settings.secret('alpha', 'apiKey')).toBe('marlin')
  })

  it.each(['', 'short', Buffer.alloc(31).toString('base64'), `${Buffer.alloc(32).toString('base64')} and more`])(
    'say that the key file holds no key: %j',
    async (text) => {
      writeFileSync(key, text)
      await expect(open().saveSecret('alpha', 'apiKey', 'x')).rejects.toMatchObject({ code: 'SECRET_KEY_INVALID' })
    },
  )

  it('do not open a secret that was moved to another site', async () => {
    const settings = open()
    await settings.saveSecret('alpha', 'apiKey', 'swordfish')
    test.database.connection.exec(`UPDATE secret SET site = 'beta'`)
    expect(() => settings.secret('beta', 'apiKey')).toThrow(expect.objectContaining({ code: 'SECRET_DAMAGED' }))
  })

  it('name a stored site that does not fit, instead of going on without it', async () => {
    await open().saveSite(testSite('alpha'))
    test.database.connection.exec(`UPDATE site SET settings = json_set(settings, '$.mode', 'sideways')`)
    const settings = open()
    expect(() => settings.sites()).toThrow(expect.objectContaining({ code: 'SITE_INVALID' }))
    expect(() => settings.sites()).toThrow('alpha')
    await settings.saveSite(testSite('alpha'))
    expect(settings.sites()).toEqual([testSite('alpha')])
  })

  it('forget the oldest settled confirmations, which strangers could heap up', async () => {
    const { confirmations } = open()
    test.database.connection.exec(`
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 600)
      INSERT INTO confirmation (identity, state, addressed, site, topic_arn, message_id, token, received_at, attempts,
                                next_attempt_at, authenticated, raw)
      SELECT CAST(n AS BLOB), 'failed', '', '', '', '', 'token-' || n, 0, 0, 0, 0, x'' FROM numbers`)
    await confirmations.save({
      addressed: '',
      site: '',
      topicArn: '',
      messageId: '',
      token: 'new',
      receivedAt: 0,
      publishedAt: null,
      state: 'due',
      raw: new Uint8Array(),
    })
    const tokens = (await confirmations.list()).map(({ token }) => token)
    expect(tokens).toHaveLength(501)
    expect(tokens[0]).toBe('token-101')
  })
})
